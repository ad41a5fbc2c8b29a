/** The shape of an acceptance rule: all that is known of a tap in, a reason against it out. */
import type { OpenIntent } from '../card/settle-intent.ts';
import type { ClockQuality } from '../clock-quality.ts';
import type { Fare } from '../decision.ts';
import type { PastTap } from '../fare/past-tap.ts';
import type { SecurityListing } from '../lists/security-listing.ts';
import type { Reason } from '../reason.ts';
import type { Token } from '../token/token.ts';
import type { Limits } from './policy.ts';
import type { Rules } from './rules.ts';
import type { Signer } from './signer.ts';

/** What this device remembers that bears on one token. */
export interface TapHistory {
  /** How many rides of this very token were used here: leaving and free transfers use none. */
  readonly ridesUsed: number;
  /** Accepted taps of the token, or of the account behind it, oldest first; a bounded number. */
  readonly taps: readonly PastTap[];
  /** Accepted at risk within a day: of the account, and on this device. */
  readonly atRisk: { readonly account: Limits; readonly device: Limits };
  /** A debit of this card that was begun here and whose end nobody saw. */
  readonly openIntent?: OpenIntent | undefined;
}

const nothing: Limits = { taps: 0, amount: 0 };

/** Of a token that was never seen, on a device that took no risk. */
export const emptyHistory: TapHistory = {
  ridesUsed: 0,
  taps: [],
  atRisk: { account: nothing, device: nothing },
};

/** Where the bus is, as far as it knows; GTFS ids. */
export interface Place {
  readonly routeId?: string | undefined;
  /** Where whoever boards now boards. */
  readonly stopId?: string | undefined;
  /** Where whoever leaves now leaves: the same while the bus stands, the next one while it drives. */
  readonly alightingStopId?: string | undefined;
  readonly directionId?: number | undefined;
  readonly tripId?: string | undefined;
  /** Days since 1970-01-01. */
  readonly serviceDate?: number | undefined;
  readonly stopSequence?: number | undefined;
  readonly alightingStopSequence?: number | undefined;
  /** How sure all this is; absent where it was configured. */
  readonly certainty?: 'sure' | 'last-known' | 'unknown' | undefined;
}

/** What the backend said to a payment that was put to it; `no-answer` in time, or no link at all. */
export type Authorisation = 'approved' | 'declined' | 'no-answer';

/** Where and when a tap happens, by what rules and after what. */
export interface Situation {
  readonly history: TapHistory;
  readonly rules: Rules;
  /** Listings in force of the token, its account, its card, its issuer. */
  readonly listings: readonly SecurityListing[];
  /** Milliseconds since 1970, wall clock. */
  readonly now: number;
  readonly clockQuality: ClockQuality;
  readonly place: Place;
  /** Age of the deny list; absent when there is none. */
  readonly listAgeMs?: number | undefined;
  /** Since the backend was last reached; absent when it never was. */
  readonly syncAgeMs?: number | undefined;
  /** Absent: it may still be asked. */
  readonly authorisation?: Authorisation | undefined;
  /** The operator's switch, thrown on this bus. */
  readonly failOpen?: boolean | undefined;
}

export interface TapFacts extends Situation {
  readonly token: Token;
  /** Absent where the tariff has none for the ride. */
  readonly fare: Fare | undefined;
  /** Absent for a token that is not signed. */
  readonly signer: Signer | undefined;
}

export type Rule = (facts: TapFacts) => Reason | undefined;

/** How far this clock and another may differ. */
export function skewMs({ rules, clockQuality }: Pick<Situation, 'rules' | 'clockQuality'>): number {
  return rules.policy.clockSkewMs[clockQuality];
}
