import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eight, started, townMap, via } from '../../../sim/gnss-journey.ts';
import { town } from '../../../sim/gnss-town.ts';
import type { Observation } from './observation.ts';
import { advance } from './tracker.ts';
import { tripContextOf } from './trip-context.ts';

const aNumber = fc.oneof(
  fc.double({ min: -0.1, max: 0.1, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e308, 0),
);
const aPosition = fc
  .tuple(aNumber, aNumber, fc.integer({ min: -3, max: 120 }), fc.double(), fc.double())
  .map(([north, east, seconds, speed, hdop]) => ({
    ...{ kind: 'position' as const, latitude: -6.99 + north, longitude: 110.42 + east },
    ...{ seconds, speed, hdop },
  }));
const onLine = fc
  .tuple(fc.integer({ min: 0, max: 2_500 }), fc.integer({ min: 1, max: 30 }))
  .map(([east, seconds]) => ({
    ...{ kind: 'position' as const, ...via(east, 10), seconds, speed: 10, hdop: 1 },
  }));
const anAssignment = fc
  .record(
    {
      routeId: fc.constantFrom('main', 'branch', 'loop', 'spur', '', 'other'),
      directionId: fc.constantFrom(0 as const, 1 as const),
      tripId: fc.constantFrom('east-0800', 'west-0810', '', 'none'),
    },
    { requiredKeys: ['routeId'] },
  )
  .map((assignment) => ({
    ...{ kind: 'assigned' as const, by: 'driver' as const, assignment, seconds: 1 },
  }));
const released = fc.constant({ kind: 'released' as const, seconds: 0 });
const aJourney = fc.array(
  fc.oneof({ weight: 6, arbitrary: onLine }, aPosition, anAssignment, released),
  { maxLength: 60 },
);

/** Every state on the way. */
const replay = (journey: typeof aJourney extends fc.Arbitrary<infer T> ? T : never) => {
  const states = [started()];
  let now = eight;
  for (const { seconds, ...rest } of journey) {
    now += seconds * 1_000;
    const seen: Observation = { ...rest, at: now, monotonicAt: now };
    states.push(advance(states.at(-1) ?? started(), seen, townMap));
  }
  return states;
};

test('no observations make it throw, and no stop is said that its pattern does not have', () => {
  fc.assert(
    fc.property(aJourney, (journey) => {
      for (const state of replay(journey)) {
        const monotonicAt = state.sure?.lastMonotonicAt ?? eight;
        const said = tripContextOf(state, { at: eight, monotonicAt }, townMap);
        if (said.stopSequence === undefined || said.routeId === undefined) continue;
        const sequences = town.patterns
          .filter(({ routeId }) => routeId === said.routeId)
          .flatMap(({ stopIds, stopSequences }) =>
            stopIds.map((id, i) => `${id} ${stopSequences?.[i] ?? i + 1}`),
          );
        expect(sequences).toContain(`${said.stopId} ${said.stopSequence}`);
      }
    }),
  );
});

test('the same observations give the same state', () => {
  fc.assert(
    fc.property(aJourney, (journey) => {
      expect(replay(journey)).toEqual(replay(journey));
    }),
  );
});

test('it remembers a bounded number of guesses', () => {
  fc.assert(
    fc.property(aJourney, (journey) => {
      for (const { rivals } of replay(journey)) {
        expect(rivals.length).toBeLessThanOrEqual(4 * town.patterns.length);
      }
    }),
  );
});
