/** Tells when a line has been silent for a while. One sleeper at most, none once it was told. */
import type { Clock, MonotonicMs } from '../clock.ts';

export interface Silence {
  /** Something came. */
  touch(): void;
}

export function createSilence(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  silentMs: number,
  onSilence: () => void,
): Silence {
  let silentAt: MonotonicMs = 0;
  let isWatching = false;

  const watch = async () => {
    isWatching = true;
    while (clock.monotonicNow() < silentAt && !signal.aborted) {
      await clock.sleep(silentAt - clock.monotonicNow(), signal);
    }
    isWatching = false;
    if (!signal.aborted) onSilence();
  };

  return {
    touch() {
      silentAt = clock.monotonicNow() + silentMs;
      if (!isWatching) void watch();
    },
  };
}
