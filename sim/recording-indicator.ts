/** An indicator that keeps what it was told to show, for tests and for the end of a journey. */
import type { Clock } from '../device/clock.ts';
import type { Indicator, Signal } from '../device/indicator.ts';

/** A service day's taps fit ten times over; past it the oldest signal is dropped. */
export const recordedSignalsMax = 10_000;

export interface RecordedSignal extends Signal {
  /** From the last byte of the scan to the moment of showing. */
  readonly elapsedMs: number;
}

export interface RecordingIndicator extends Indicator {
  /** The newest signals, oldest first. */
  readonly signals: readonly RecordedSignal[];
  /** Resolves once so many signals have been shown since the indicator was made. */
  shown(count: number): Promise<void>;
}

interface Waiter {
  readonly count: number;
  resolve(): void;
}

export function createRecordingIndicator({ clock }: { readonly clock: Clock }): RecordingIndicator {
  const signals: RecordedSignal[] = [];
  let waiters: Waiter[] = [];
  let shownCount = 0;

  return {
    signals,
    show(signal) {
      if (signals.length === recordedSignalsMax) signals.shift();
      signals.push({ ...signal, elapsedMs: clock.monotonicNow() - signal.lastByteAt });
      shownCount += 1;
      for (const waiter of waiters) if (waiter.count <= shownCount) waiter.resolve();
      waiters = waiters.filter((waiter) => waiter.count > shownCount);
    },
    async shown(count) {
      if (count <= shownCount) return;
      await new Promise<void>((resolve) => waiters.push({ count, resolve }));
    },
  };
}
