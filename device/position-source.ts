/** The port of whatever knows where the bus is: GNSS today, a vehicle bus later. */
import type { EpochMs, MonotonicMs } from './clock.ts';

/**
 * How a position came about. `estimated` is dead reckoning without satellites; `manual` and
 * `simulated` say that the receiver was told where it is.
 */
export type FixQuality =
  | 'autonomous'
  | 'differential'
  | 'rtk'
  | 'estimated'
  | 'manual'
  | 'simulated';

/** A receiver without a fix gives no positions; what is absent here it did not say. */
export interface Position {
  /** WGS 84 degrees. */
  readonly latitude: number;
  readonly longitude: number;
  readonly quality?: FixQuality;
  /** Over the ground, metres a second. */
  readonly speed?: number;
  /** Over the ground, degrees from true north, 0 up to, not including, 360. */
  readonly course?: number;
  /** Horizontal dilution of precision: 1 is good, above 5 hardly a street can be told. */
  readonly hdop?: number;
  /** Satellites in use. */
  readonly satellites?: number;
  /** The satellites' own time, when the receiver gives it. */
  readonly gnssTime?: EpochMs;
  readonly receivedAt: MonotonicMs;
}

export interface PositionSource {
  readonly name: string;
  /** Yields positions until the signal aborts; throws when the hardware fails. Single-use, as a TokenReader. */
  open(signal: AbortSignal): AsyncIterable<Position>;
}
