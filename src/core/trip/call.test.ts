import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Call, callOn, servedIndex } from './call.ts';
import { roadOf } from './road.ts';

/** Stops at 0, 500 and 1,000 m. */
const road = roadOf(
  { id: 'p', routeId: 'r', stopIds: ['a', 'b', 'c'] },
  [0, 500, 1_000].map((x) => ({ x, y: 0 })),
  undefined,
);

/** Calls of a bus that is at these places with these speeds, one after the other. */
function calls(...seen: readonly (readonly [along: number, speed: number])[]): string[] {
  let call: Call | undefined;
  return seen.map(([along, speed]) => {
    call = callOn(road, { along, speed }, call);
    return `${call.index} ${call.status}`;
  });
}

test.each([
  [399, 10, '1 IN_TRANSIT_TO'],
  [400, 10, '1 INCOMING_AT'],
  [469, 0, '1 INCOMING_AT'],
  [470, 0.9, '1 STOPPED_AT'],
  [500, 1, '1 INCOMING_AT'],
  [530, 10, '1 INCOMING_AT'],
  [531, 10, '2 IN_TRANSIT_TO'],
  [1_000, 0, '2 STOPPED_AT'],
  [1_000, 10, '2 INCOMING_AT'],
])('calls at %d m with %d m/s: %s', (along, speed, expected) => {
  expect(calls([along, speed])).toEqual([expected]);
});

test('a bus that pulls up to the platform has not left it', () => {
  expect(calls([475, 0], [480, 4], [499, 4], [500, 0])).toEqual(Array(4).fill('1 STOPPED_AT'));
});

test('a bus that drives off has left before it is out of the stop', () => {
  expect(calls([500, 0], [502, 2.9], [505, 3])).toEqual([
    '1 STOPPED_AT',
    '1 STOPPED_AT',
    '2 IN_TRANSIT_TO',
  ]);
});

test('errors of position take back neither an arrival nor a departure', () => {
  expect(calls([405, 10], [395, 10], [365, 10])).toEqual([
    '1 INCOMING_AT',
    '1 INCOMING_AT',
    '1 IN_TRANSIT_TO',
  ]);
  expect(calls([535, 10], [525, 10])).toEqual(['2 IN_TRANSIT_TO', '2 IN_TRANSIT_TO']);
});

test('a bus that went back behind a stop it left calls there again', () => {
  expect(calls([600, 10], [399, 10])[1]).toBe('1 IN_TRANSIT_TO');
});

test('stops that were passed while nothing was seen are behind', () => {
  expect(calls([100, 10], [900, 10])[1]).toBe('2 INCOMING_AT');
});

test.each([
  [{ index: 0, status: 'IN_TRANSIT_TO' }, undefined],
  [{ index: 0, status: 'STOPPED_AT' }, 0],
  [{ index: 2, status: 'INCOMING_AT' }, 1],
  [{ index: 2, status: 'STOPPED_AT' }, 2],
] as const)('at %j the stop served last is %j', (call, index) => {
  expect(servedIndex(call)).toBe(index);
});

test('the stop is always one of the pattern', () => {
  const seen = fc.tuple(fc.double(), fc.double());

  fc.assert(
    fc.property(fc.array(seen), (all) => {
      for (const call of calls(...all)) expect(call).toMatch(/^[012] /);
    }),
  );
});
