/** What every Clock keeps to, run against the machine's and the simulated one. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../device/clock.ts';

export interface ClockRig {
  readonly clock: Clock;
  /** Lets so much time pass; nothing to do where time passes by itself. */
  elapse(ms: number): Promise<void>;
}

export function clockContract(name: string, makeRig: () => ClockRig): void {
  describe(`${name} as a Clock`, () => {
    test('wakes sleepers in the order of their times, not of their going to sleep', async () => {
      const { clock, elapse } = makeRig();
      const woken: number[] = [];
      const sleeps = [30, 10, 20].map((ms) => clock.sleep(ms).then(() => woken.push(ms)));

      await elapse(30);
      await Promise.all(sleeps);

      expect(woken).toEqual([10, 20, 30]);
    });

    test('sleeps no shorter than it was asked to', async () => {
      const { clock, elapse } = makeRig();
      const start = clock.monotonicNow();
      const sleep = clock.sleep(12.5);

      await elapse(12.5);
      await sleep;

      expect(clock.monotonicNow() - start).toBeGreaterThanOrEqual(12.5);
    });

    test('wakes early, without an error, when the signal aborts', async () => {
      const { clock } = makeRig();
      const abort = new AbortController();
      const start = clock.monotonicNow();
      const sleep = clock.sleep(60_000, abort.signal);

      abort.abort();
      await sleep;

      expect(clock.monotonicNow() - start).toBeLessThan(1_000);
      expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    });

    test('does not sleep at all when the signal has aborted before', async () => {
      const { clock } = makeRig();

      await expect(clock.sleep(60_000, AbortSignal.abort())).resolves.toBeUndefined();
    });

    test('leaves no listener on the signal after a whole sleep', async () => {
      const { clock, elapse } = makeRig();
      const { signal } = new AbortController();
      const sleep = clock.sleep(1, signal);

      await elapse(1);
      await sleep;

      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    test('never lets monotonic time go back', async () => {
      const { clock, elapse } = makeRig();
      const readings: number[] = [];
      for (let reading = 0; reading < 1_000; reading += 1) readings.push(clock.monotonicNow());
      const sleep = clock.sleep(1);
      await elapse(1);
      await sleep;
      readings.push(clock.monotonicNow());

      expect(readings).toEqual(readings.toSorted((a, b) => a - b));
    });

    test('tells wall time in milliseconds since 1970', () => {
      const { clock } = makeRig();

      const year = new Date(clock.wallNow()).getUTCFullYear();

      expect(year).toBeGreaterThanOrEqual(2025);
      expect(Number.isInteger(clock.wallNow())).toBe(true);
    });
  });
}
