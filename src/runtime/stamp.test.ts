import { expect, test } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { clockFloor, clockStepMs, createStamper } from './stamp.ts';

test('stamps whole milliseconds of both clocks, and the boot', async () => {
  const clock = createSimClock({ wall: clockFloor + 5, monotonic: 10.75 });
  await clock.advance(0.5);

  expect(createStamper(clock, 'boot-1').stamp()).toEqual({
    ...{ wallAt: clockFloor + 5, monotonicAt: 11, bootId: 'boot-1', clockQuality: 'rtc' },
  });
});

test.each([
  [clockFloor - 1, 'untrusted'],
  [0, 'untrusted'],
  [clockFloor, 'rtc'],
])('calls a clock that shows %d %s', (wall, quality) => {
  expect(createStamper(createSimClock({ wall }), 'boot-1').stamp().clockQuality).toBe(quality);
});

test.each([
  [clockStepMs, clockStepMs],
  [-clockStepMs, -clockStepMs],
  [clockStepMs - 1, undefined],
  [3_600_000, 3_600_000],
])('sees a jump of %d ms as %s, once', async (jump, step) => {
  const clock = createSimClock();
  const stamper = createStamper(clock, 'boot-1');
  await clock.advance(60_000);

  clock.stepWall(jump);

  expect(stamper.stepSinceLastLook()).toBe(step);
  expect(stamper.stepSinceLastLook()).toBeUndefined();
});

test('takes a clock that drifts a little for no jump, however long', async () => {
  const clock = createSimClock();
  const stamper = createStamper(clock, 'boot-1');
  clock.drift(100);

  const steps = new Set<unknown>();
  for (let minute = 0; minute < 1_440; minute += 1) {
    await clock.advance(60_000);
    steps.add(stamper.stepSinceLastLook());
  }

  expect([...steps]).toEqual([undefined]);
});
