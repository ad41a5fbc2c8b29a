import { getActiveResourcesInfo } from 'node:process';
import { expect, test } from 'vitest';
import { clockContract } from '../../sim/contracts/clock.ts';
import { createSystemClock } from './system-clock.ts';

clockContract('the system clock', () => ({
  clock: createSystemClock(),
  elapse: () => Promise.resolve(),
}));

test('leaves no timer behind when a long sleep is aborted', async () => {
  const timers = () => getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const abort = new AbortController();
  const before = timers();
  const sleep = createSystemClock().sleep(2 ** 40, abort.signal);
  const during = timers();

  abort.abort();
  await sleep;

  expect(during).toBe(before + 1);
  expect(timers()).toBe(before);
});
