/**
 * The decision, pure and total: the first rule that objects refuses; when none does, what proves
 * the token says on what basis it is accepted.
 */
import { settleIntent } from './card/settle-intent.ts';
import { type Decision, type Fare, type Settlement, withoutFare } from './decision.ts';
import { fareOf } from './fare/fare-of.ts';
import { genuine } from './rules/genuine.ts';
import { held } from './rules/held.ts';
import { inForce } from './rules/in-force.ts';
import { listed } from './rules/listed.ts';
import { notDenied } from './rules/not-denied.ts';
import { notTappedBefore } from './rules/not-tapped-before.ts';
import { productAccepted } from './rules/product-accepted.ts';
import { purseCovers } from './rules/purse-covers.ts';
import type { Rule, Situation } from './rules/rule.ts';
import type { Rules } from './rules/rules.ts';
import { validHere } from './rules/valid-here.ts';
import { withinRisk } from './rules/within-risk.ts';
import type { Token } from './token/token.ts';

/** In the order in which a rider should hear of them: forgery before expiry, expiry before reuse. */
const acceptanceRules: readonly Rule[] = [
  genuine,
  notDenied,
  listed,
  inForce,
  productAccepted,
  validHere,
  held,
  notTappedBefore,
  purseCovers,
  withinRisk,
];

export function decideTap(token: Token, situation: Situation): Decision {
  const settlement = settlementOf(token, situation);
  const paid = alreadyPaid(settlement, situation.rules);
  if (paid !== undefined) return paid;
  const fare = fareOf(token, situation);
  const decision = judged(token, fare, situation);
  return settlement === undefined ? decision : { ...decision, settlement };
}

function judged(token: Token, fare: Fare, situation: Situation): Decision {
  for (const rule of acceptanceRules) {
    const objection = rule({ token, fare, ...situation });
    if (objection !== undefined) return withoutFare(objection);
  }
  return accepted(token, fare);
}

function accepted(token: Token, fare: Fare): Decision {
  const { card } = token;
  switch (token.proof.kind) {
    case 'signed':
      return { outcome: 'accepted', basis: 'verified', reason: 'ticket-valid', fare };
    case 'identifier':
      return { outcome: 'accepted', basis: 'listed', reason: 'card-listed', fare };
    case 'deferred':
      return { outcome: 'accepted', basis: 'risk-accepted', reason: 'risk-within-limits', fare };
    case 'card': {
      const pass = { outcome: 'accepted', basis: 'verified', reason: 'pass-valid', fare } as const;
      if (card === undefined || fare.amount.amount === 0) return pass;
      const instruction = { kind: 'debit', amount: fare.amount, card } as const;
      return { ...pass, reason: 'fare-debited', instruction };
    }
  }
}

/** An earlier debit whose end nobody saw, told by the card now. */
function settlementOf(token: Token, { history }: Situation): Settlement | undefined {
  const { openIntent } = history;
  if (openIntent === undefined || token.card === undefined) return undefined;
  return { intent: openIntent, result: settleIntent(openIntent, token.card) };
}

/**
 * The rider holds the card again because nobody told them that the fare was taken: a ride that was
 * paid for is given, once, whatever the clock says and whatever list the card came on since.
 */
function alreadyPaid(settlement: Settlement | undefined, rules: Rules): Decision | undefined {
  if (settlement?.result !== 'committed') return undefined;
  const fare = { product: rules.flatFare.product, amount: settlement.intent.trip.amount };
  return { outcome: 'accepted', basis: 'verified', reason: 'fare-debited', fare, settlement };
}
