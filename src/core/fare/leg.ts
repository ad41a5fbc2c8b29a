/** A leg in GTFS-Fares v2: one boarding and, where it is known, the alighting. */
import type { Money } from '../money.ts';

export interface Leg {
  readonly routeId?: string;
  readonly boarding: Call;
  /** Absent while the rider is on board, and for ever where riders tap once. */
  readonly alighting?: Call;
  /** Absent: the default category. */
  readonly riderCategory?: string;
  readonly fareMedia?: string;
}

export interface Call {
  /** Milliseconds since 1970, of the fare validation. */
  readonly at: number;
  /** GTFS stop, when the bus knows where it is. */
  readonly stopId?: string;
}

/** A leg that was charged, as the device, the card or the ticket remembers it. */
export interface PastLeg {
  readonly leg: Leg;
  readonly legGroup?: string;
  readonly product: string;
  readonly charged: Money;
  /** Transfers before it since the journey began; 0 for the first leg. */
  readonly transfersUsed: number;
  readonly source: 'device' | 'card' | 'ticket';
  readonly rulesVersion: string;
}
