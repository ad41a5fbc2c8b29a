/** The shape of an acceptance rule: all that is known of a tap in, a reason against it out. */
import type { OpenIntent } from '../card/settle-intent.ts';
import type { ClockQuality } from '../clock-quality.ts';
import type { Fare } from '../decision.ts';
import type { Reason } from '../reason.ts';
import type { Token } from '../token/token.ts';
import type { Rules } from './rules.ts';

/** What this device remembers that bears on one token. */
export interface TapHistory {
  /** When the same token was last accepted here, on the wall clock. */
  readonly lastAcceptedAt?: number | undefined;
  /** How often it was accepted here. */
  readonly timesAccepted: number;
  /** Deferred tokens accepted here today. */
  readonly riskTapsToday: number;
  /** A debit of this card that was begun here and whose end nobody saw. */
  readonly openIntent?: OpenIntent | undefined;
}

/** Where and when a tap happens, by what rules and after what. */
export interface Situation {
  readonly history: TapHistory;
  readonly rules: Rules;
  /** Milliseconds since 1970, wall clock. */
  readonly now: number;
  readonly clockQuality: ClockQuality;
  /** GTFS route that the bus runs on, when it knows. */
  readonly routeId?: string | undefined;
}

export interface TapFacts extends Situation {
  readonly token: Token;
  readonly fare: Fare;
}

export type Rule = (facts: TapFacts) => Reason | undefined;

/** How far this clock and another may differ. */
export function skewMs({ rules, clockQuality }: Situation): number {
  return rules.clockSkewMs[clockQuality];
}
