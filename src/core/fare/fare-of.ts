/**
 * One fare for every ride. What was paid for before costs nothing at the door: a ticket, a pass in
 * force on a card, a card that the operator lists.
 */
import { hex } from '../bytes.ts';
import type { Fare } from '../decision.ts';
import type { Situation } from '../rules/rule.ts';
import type { Token } from '../token/token.ts';

export function fareOf(token: Token, situation: Pick<Situation, 'rules' | 'now'>): Fare {
  const { rules } = situation;
  const product = productOf(token, situation);
  if (product === undefined) return rules.flatFare;
  return { product, amount: { amount: 0, currency: rules.flatFare.amount.currency } };
}

function productOf(token: Token, { rules, now }: Pick<Situation, 'rules' | 'now'>) {
  if (token.product !== undefined) return token.product;
  const pass = token.card?.pass;
  if (pass !== undefined && now >= pass.from && now < pass.until) return pass.product;
  if (token.proof.kind !== 'identifier') return undefined;
  return rules.listedCards.get(hex(token.tokenKey))?.product;
}
