/**
 * The decision, pure and total: the first rule that objects refuses; when none does, the token's
 * own nature says on what basis it is accepted.
 */
import type { Decision } from './decision.ts';
import { withoutFare } from './decision.ts';
import { flatFare } from './fare/flat-fare.ts';
import { genuine } from './rules/genuine.ts';
import { inForce } from './rules/in-force.ts';
import { notDenied } from './rules/not-denied.ts';
import { notTappedBefore } from './rules/not-tapped-before.ts';
import type { Rule, TapHistory } from './rules/rule.ts';
import type { Rules } from './rules/rules.ts';
import { withinRisk } from './rules/within-risk.ts';
import type { Token } from './token/token.ts';

/** In the order in which a rider should hear of them: forgery before expiry, expiry before reuse. */
const acceptanceRules: readonly Rule[] = [genuine, notDenied, inForce, notTappedBefore, withinRisk];

/** @param now milliseconds since 1970, wall clock. */
export function decideTap(token: Token, history: TapHistory, rules: Rules, now: number): Decision {
  const fare = flatFare(token, rules);
  for (const rule of acceptanceRules) {
    const objection = rule({ token, fare, history, rules, now });
    if (objection !== undefined) return withoutFare(objection);
  }
  switch (token.format) {
    case 'halte-ticket':
      return { outcome: 'accepted', basis: 'verified', reason: 'ticket-valid', fare };
    case 'qris-cpm':
      return { outcome: 'accepted', basis: 'risk-accepted', reason: 'risk-within-limits', fare };
  }
}
