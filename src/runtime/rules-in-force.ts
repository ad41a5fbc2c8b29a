/**
 * The operator's word of this moment: rules, listings, and how old the lists are. Whoever decides
 * asks anew for each tap, so that new rules count from one tap to the next and never within one.
 */
import type { EpochMs } from '../../device/clock.ts';
import { listingsOf, type SecurityListing } from '../core/lists/security-listing.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { Token } from '../core/token/token.ts';

export interface RulesInForce {
  readonly rules: Rules;
  /** Listings in force of the token, its account, its card, its issuer. */
  listingsOf(token: Token, now: EpochMs): readonly SecurityListing[];
  /** Age of the deny list; undefined when there is none. */
  listAgeMs(now: EpochMs): number | undefined;
}

/** Rules that came with the device and change only with a restart, and no list but theirs. */
export function fixedRules(rules: Rules): RulesInForce {
  return {
    rules,
    listingsOf: (token, now) => listingsOf(token, rules.listings, now),
    listAgeMs: () => undefined,
  };
}
