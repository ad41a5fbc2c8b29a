/**
 * The twin of a GNSS receiver: it follows a list of points along simulated time. Points that pass
 * while nobody listens are gone, as they are with a receiver.
 */
import type { Clock, MonotonicMs } from '../device/clock.ts';
import type { Position, PositionSource } from '../device/position-source.ts';
import { ReaderError } from '../device/token-reader.ts';
import type { GnssMeasurement } from './gnss-receiver.ts';

/** Absent is what the receiver does not say, or the journey tests a receiver without it. */
export interface SimPoint extends Omit<Position, 'receivedAt'> {
  readonly at: MonotonicMs;
}

export interface SimPositionOptions {
  readonly name?: string;
  /** In order of time. After the last one the source stays silent. */
  readonly points: readonly SimPoint[];
}

export interface SimPositionSource extends PositionSource {
  unplug(): void;
  replug(): void;
}

export function createSimPositionSource(
  { clock }: { readonly clock: Clock },
  { name = 'sim-gnss', points }: SimPositionOptions,
): SimPositionSource {
  let unplugging = new AbortController();
  const unplugged = () =>
    new ReaderError('reader/unplugged', `${name} went away`, 'Plug the receiver in again.');

  return {
    name,
    async *open(signal) {
      const pulled = unplugging.signal;
      const ended = AbortSignal.any([signal, pulled]);
      for (const point of points) {
        if (point.at < clock.monotonicNow()) continue;
        await clock.sleep(point.at - clock.monotonicNow(), ended);
        if (ended.aborted) break;
        yield toPosition(point);
      }
      if (!ended.aborted) await clock.sleep(Number.POSITIVE_INFINITY, ended);
      if (pulled.aborted && !signal.aborted) throw unplugged();
    },
    unplug: () => unplugging.abort(),
    replug() {
      unplugging = new AbortController();
    },
  };
}

/** A track of gnss-track.ts, driven from a moment of the clock on. */
export function pointsOf(track: readonly GnssMeasurement[], from: MonotonicMs): SimPoint[] {
  const start = track[0]?.at ?? 0;
  return track.flatMap(({ at, place, speed, hdop }) =>
    place === undefined ? [] : [{ at: from + at - start, ...place, speed, hdop }],
  );
}

function toPosition({ at, ...said }: SimPoint): Position {
  return { ...said, receivedAt: at };
}
