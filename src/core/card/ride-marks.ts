/**
 * How a trip on a card tells what ride it was. Cards have bytes where GTFS has texts of any length:
 * an id becomes a mark, the beginning of its SHA-256, which whoever has the same tariff finds again.
 */
import { utf8 } from '../bytes.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { Leg } from '../fare/leg.ts';
import type { PastAction, RideAction } from '../fare/past-tap.ts';

/** A ride in the operator's own words: GTFS ids. */
export interface CardRide {
  readonly action: PastAction;
  readonly product: string;
  readonly routeId?: string | undefined;
  /** Where the rider tapped: of an exit, where they left. */
  readonly stopId?: string | undefined;
  readonly legGroup?: string | undefined;
  /** Transfers since the journey began; absent: it begins here. */
  readonly transfers?: number | undefined;
}

/** The same as a card bears it. Absent marks: there was none, or it was not known. */
export interface RideMarks {
  readonly action: PastAction;
  /** 0 to {@link transfersMax}, which stands for more too. */
  readonly transfers: number;
  readonly route?: number;
  readonly stop?: number;
  readonly legGroup?: number;
  readonly product?: number;
}

export const transfersMax = 63;

/**
 * Feeds have thousands of stops, a tariff has a dozen products. What two ids share names neither.
 */
export const markBytes = { route: 3, stop: 3, legGroup: 2, product: 1 } as const;
export type Marked = keyof typeof markBytes;

/** The first bytes of SHA-256 (of the length, four bytes, and the id) as a number, never 0: that is "none". */
export function markOf(what: Marked, id: string): number {
  const bytes = sha256(utf8(id)).subarray(0, markBytes[what]);
  return Math.max(
    1,
    bytes.reduce((number, byte) => number * 256 + byte, 0),
  );
}

/** What a `Fare` says of the ride, without its price. */
interface PricedRide {
  readonly action: RideAction;
  readonly product: string;
  readonly leg: Leg;
  readonly legGroup?: string | undefined;
  readonly transfersUsed?: number | undefined;
}

export function cardRideOf(ride: PricedRide): CardRide {
  const { action, product, leg, legGroup, transfersUsed } = ride;
  const { stopId } = action === 'exit' ? (leg.alighting ?? leg.boarding) : leg.boarding;
  return { action, product, routeId: leg.routeId, stopId, legGroup, transfers: transfersUsed };
}

export function rideMarks(ride: CardRide): RideMarks {
  const { action, product, routeId, stopId, legGroup, transfers = 0 } = ride;
  return {
    ...{ action, transfers: Math.min(transfers, transfersMax) },
    ...(routeId !== undefined && { route: markOf('route', routeId) }),
    ...(stopId !== undefined && { stop: markOf('stop', stopId) }),
    ...(legGroup !== undefined && { legGroup: markOf('legGroup', legGroup) }),
    product: markOf('product', product),
  };
}
