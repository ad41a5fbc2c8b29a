/**
 * The operator's word of this moment: rules, listings, and how old the lists are. Whoever decides
 * asks anew for each tap, so that new rules count from one tap to the next and never within one.
 */
import type { EpochMs } from '../../device/clock.ts';
import { listingsOf, type SecurityListing } from '../core/lists/security-listing.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { Token } from '../core/token/token.ts';
import { emptyTimetable, type Timetable } from '../core/trip/timetable.ts';
import type { ListKeeper } from './list-keeper.ts';
import type { RuleSwitch } from './rule-switch.ts';

export interface RulesInForce {
  readonly rules: Rules;
  /** The same object as long as nothing changed. */
  readonly timetable: Timetable;
  /** Listings in force of the token, its account, its card, its issuer. */
  listingsOf(token: Token, now: EpochMs): readonly SecurityListing[];
  /** Age of the deny list; undefined when there is none. */
  listAgeMs(now: EpochMs): number | undefined;
}

/** Rules that came with the device and change only with a restart, and no list but theirs. */
export function fixedRules(
  rules: Rules,
  timetable: Timetable = emptyTimetable(rules.tariff.time),
): RulesInForce {
  return {
    ...{ rules, timetable },
    listingsOf: (token, now) => listingsOf(token, rules.listings, now),
    listAgeMs: () => undefined,
  };
}

/** Published rules and an installed list; listings that come with the rules count as well. */
export function publishedRules(
  rules: Pick<RuleSwitch, 'inForce'>,
  lists: Pick<ListKeeper, 'lookup' | 'state'>,
): RulesInForce {
  return {
    get rules() {
      return rules.inForce.rules;
    },
    get timetable() {
      return rules.inForce.timetable;
    },
    listingsOf: (token, now) => [
      ...listingsOf(token, rules.inForce.rules.listings, now),
      ...lists.lookup(token, now),
    ],
    listAgeMs: (now) => lists.state && Math.max(0, now - lists.state.madeAt),
  };
}
