import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timesOf } from './call-times.ts';

const stops = new Map([
  ['square', { latitude: -6.99, longitude: 110.421 }],
  ['market', { latitude: -6.98, longitude: 110.43 }],
  ['pier', { latitude: -6.95, longitude: 110.43 }],
]);

/** @param arrival seconds, or undefined for a call without times. */
function aCall(stop_id: string, arrival: number | undefined, departure = arrival) {
  const times = { arrival_time: arrival, departure_time: departure, timepoint: undefined };
  return { line: 2, trip_id: 't', stop_id, stop_sequence: 1, ...times };
}

test('puts a time between those of the neighbours by the way between the stops', () => {
  const calls = [
    aCall('square', 19_800, 19_860),
    aCall('market', undefined),
    aCall('pier', 21_000),
  ];

  // 1,490 m from the square to the market, 3,336 m on to the pier, 1,140 s for both.
  expect(timesOf(calls, stops)).toEqual([
    { arrival: 19_800, departure: 19_860 },
    { arrival: 20_212, departure: 20_212 },
    { arrival: 21_000, departure: 21_000 },
  ]);
});

test('takes the one time that is given for both', () => {
  const calls = [aCall('square', 60), { ...aCall('market', 90), departure_time: undefined }];

  expect(timesOf(calls, stops)[1]).toEqual({ arrival: 90, departure: 90 });
});

test('keeps order at stops that stand in one place', () => {
  const calls = [0, undefined, undefined, 30].map((time) => aCall('pier', time));

  expect(timesOf(calls, stops).map(({ arrival }) => arrival)).toEqual([0, 10, 20, 30]);
});

test('never lets a bus go back in time, whatever times are left out', () => {
  const call = fc.tuple(fc.constantFrom(...stops.keys()), fc.nat(900), fc.boolean());
  fc.assert(
    fc.property(fc.array(call, { minLength: 2, maxLength: 20 }), (drawn) => {
      let clock = 0;
      const calls = drawn.map(([stop, wait, isLeft], index) => {
        clock += wait;
        const isWithin = index > 0 && index < drawn.length - 1;
        return aCall(stop, isLeft && isWithin ? undefined : clock);
      });
      const times = timesOf(calls, stops).flatMap(({ arrival, departure }) => [arrival, departure]);

      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.at(-1)).toBe(clock);
    }),
  );
});
