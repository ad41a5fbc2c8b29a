/**
 * What an operator decides that GTFS has no file for: `acceptance.json`, validated and with its
 * defaults filled in (src/bundle/acceptance.ts). Times are milliseconds. docs/rules.md explains it.
 */
import type { ClockQuality } from '../clock-quality.ts';
import type { Money } from '../money.ts';

export interface Policy {
  /** Fare media by what carries them; a format without an entry counts as none. */
  readonly mediaOfFormat: ReadonlyMap<string, string>;
  /** The first that fits counts. */
  readonly passback: readonly Passback[];
  /** The first that fits counts; without one each ride is a single tap. */
  readonly tapping: readonly Tapping[];
  readonly caps: readonly CapPolicy[];
  /** Whoever takes the same route again begins a new journey. */
  readonly transferNeedsOtherRoute: boolean;
  /** A ticket's free transfer uses none of its rides; else every boarding uses one. */
  readonly ticketsTransfer: boolean;
  readonly risk: RiskPolicy;
  readonly online: OnlinePolicy;
  readonly issuers: IssuerPolicy;
  readonly onDebt: TravelCreditPolicy;
  /** What may be accepted by a clock that nobody vouches for. */
  readonly untrustedClock: ReadonlySet<UntrustedClockUse>;
  /** How far this clock and the issuer's may differ, by what this clock is worth. */
  readonly clockSkewMs: Readonly<Record<ClockQuality, number>>;
  readonly failOpen: boolean;
  /** From `effectiveFrom` on, this long: history made under other rules has no bad consequences. */
  readonly graceMs: number;
  readonly driver: DriverPolicy;
}

export interface DriverPolicy {
  /** The last tap or cash fare can be taken back for so long. */
  readonly voidWithinMs: number;
  /** The fare medium of cash; absent: no cash is taken. */
  readonly cashMedia?: string;
  /** Whether the driver may let riders travel while the device is broken. */
  readonly failOpen: boolean;
}

/**
 * One medium boards a group for `groupMs`, then nobody until `groupMs + blockMs` after the first.
 */
export interface Passback {
  /** Absent: any. */
  readonly fareMedia?: string;
  readonly product?: string;
  readonly groupMs: number;
  readonly groupRidersMax: number;
  readonly blockMs: number;
}

/** Riders who tap when they enter and when they leave. */
export interface Tapping {
  /** GTFS network; absent: everywhere. */
  readonly network?: string;
  readonly mode: 'enter' | 'enter-and-exit';
  /** A tap at the stop of entering, within this time, leaves without a ride. */
  readonly sameStopExitMs: number;
  readonly sameStopCharge: 'nothing' | 'fare';
  /** An entry older than this was left without a tap. */
  readonly forgottenAfterMs: number;
  readonly forgottenCharge: 'maximum-fare' | 'boarding-fare' | 'nothing';
  /** What a purse must hold to enter. */
  readonly minimumBalance: number;
}

export interface CapPolicy {
  readonly id: string;
  readonly period:
    | { readonly kind: 'service-day' }
    | { readonly kind: 'window'; readonly ms: number };
  readonly amount: Money;
  readonly riderCategories?: ReadonlySet<string>;
}

/** How many, and how much in minor units of the tariff's currency. */
export interface Limits {
  readonly taps: number;
  readonly amount: number;
}

export interface RiskPolicy {
  /** Off unless the operator says otherwise: payment codes die within minutes. */
  readonly acceptsOffline: boolean;
  readonly amountPerTapMax: number;
  readonly perAccountPerDay: Limits;
  readonly perDevicePerDay: Limits;
  /** An account that was never seen here. */
  readonly acceptsFirstRide: boolean;
  /** Older lists, or longer without a backend: nothing is taken at risk. */
  readonly listAgeMaxMs: number;
  readonly syncAgeMaxMs: number;
  /** For `rules explain`: which part of offline payments is expected to fail, 0 to 1. */
  readonly expectedLoss: number;
}

export interface OnlinePolicy {
  /** How long a rider waits for an answer. */
  readonly deadlineMs: number;
  /** While a card must be held. */
  readonly cardDeadlineMs: number;
}

/** NNS prefixes, 4 to 8 digits: the longest that fits counts, and denial before permission. */
export interface IssuerPolicy {
  readonly allow: ReadonlySet<string>;
  readonly deny: ReadonlySet<string>;
}

/** NeTEx TravelCreditPolicy: what whoever owes may still use. */
export type TravelCreditPolicy = 'allowTravel' | 'blockPayAsYouGoTravel' | 'blockAllTravel';

export type UntrustedClockUse =
  | 'tickets'
  /** Shown by their holder's proof of a moment, which takes a clock to judge. */
  | 'timed-tickets'
  | 'passes'
  | 'purses'
  | 'payments'
  | 'listed-cards';
