/** The shape of an acceptance rule: all that is known of a tap in, a reason against it out. */
import type { Fare } from '../decision.ts';
import type { Reason } from '../reason.ts';
import type { Token } from '../token/token.ts';
import type { Rules } from './rules.ts';

/** What this device remembers that bears on one token. */
export interface TapHistory {
  /** When the same token was last accepted here, on the wall clock. */
  readonly lastAcceptedAt?: number | undefined;
  /** Deferred tokens accepted here today. */
  readonly riskTapsToday: number;
}

export interface TapFacts {
  readonly token: Token;
  readonly fare: Fare;
  readonly history: TapHistory;
  readonly rules: Rules;
  /** Milliseconds since 1970, wall clock. */
  readonly now: number;
}

export type Rule = (facts: TapFacts) => Reason | undefined;
