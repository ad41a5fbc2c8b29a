import { expect, test } from 'vitest';
import { createStopwatch } from './stopwatch.ts';

/** A clock that a call moves. */
function aMovableClock() {
  let now = 1_000;
  return {
    monotonicNow: () => now,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('tells how long a call took, in microseconds', () => {
  const clock = aMovableClock();
  const stopwatch = createStopwatch(clock, () => 7);

  expect(stopwatch(() => clock.pass(0.25))).toBe(250);
});

test('tells nothing of a call that was interrupted', () => {
  const clock = aMovableClock();
  let interruptions = 0;
  const stopwatch = createStopwatch(clock, () => interruptions);

  const microseconds = stopwatch(() => {
    clock.pass(3);
    interruptions += 1;
  });

  expect(microseconds).toBeUndefined();
});
