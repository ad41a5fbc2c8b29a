/** The port of whatever knows where the bus is: GNSS today, a vehicle bus later. */
import type { EpochMs, MonotonicMs } from './clock.ts';

export interface Position {
  /** WGS 84 degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** The satellites' own time, when the receiver gives it. */
  readonly gnssTime?: EpochMs;
  readonly receivedAt: MonotonicMs;
}

export interface PositionSource {
  readonly name: string;
  /** Yields positions until the signal aborts; throws when the hardware fails. Single-use, as a TokenReader. */
  open(signal: AbortSignal): AsyncIterable<Position>;
}
