/**
 * Times one call, and tells when the operating system gave the processor to somebody else in the
 * middle of it: such a sample measures the neighbours. Garbage collections belong to the call and
 * stay in.
 */
import type { Clock } from '../../device/clock.ts';

/** @returns microseconds; undefined when the call was interrupted. */
export type Stopwatch = (call: () => unknown) => number | undefined;

/** @param interruptions how often this process lost the processor unwillingly, since it began. */
export function createStopwatch(
  { monotonicNow }: Pick<Clock, 'monotonicNow'>,
  interruptions: () => number,
): Stopwatch {
  return (call) => {
    const before = interruptions();
    const start = monotonicNow();
    call();
    const microseconds = (monotonicNow() - start) * 1_000;
    return interruptions() === before ? microseconds : undefined;
  };
}
