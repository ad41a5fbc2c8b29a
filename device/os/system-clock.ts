/**
 * The clock of the machine, for the composition root of the device. It knows nothing of how far
 * the wall clock may be trusted; that is judged in src/runtime.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** The longest delay a Node timer can hold; a longer one would fire at once. Sleep chains them. */
const timerMsMax = 2 ** 31 - 1;

export function createSystemClock(): Clock {
  const monotonicNow = () => Number(process.hrtime.bigint()) / 1e6;

  return {
    wallNow: () => Date.now(),
    monotonicNow,
    async sleep(ms, signal) {
      const wakeAt = monotonicNow() + ms;
      let left = ms;
      do {
        await delayUnlessAborted(Math.min(Math.ceil(left), timerMsMax), signal);
        // Timers count from the loop's cached time and can fire up to a millisecond early.
        left = wakeAt - monotonicNow();
      } while (left > 0 && signal?.aborted !== true);
    },
  };
}

async function delayUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    // The only rejection of a timer is the abort, and waking early is what it asks for.
    if (signal?.aborted !== true) throw error;
  }
}
