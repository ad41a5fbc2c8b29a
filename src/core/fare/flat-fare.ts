/** One fare for every ride; a ticket was paid for when it was issued and costs nothing at the door. */
import type { Fare } from '../decision.ts';
import type { Rules } from '../rules/rules.ts';
import type { Token } from '../token/token.ts';

export function flatFare(token: Token, rules: Rules): Fare {
  if (token.format === 'halte-ticket') {
    const { currency } = rules.flatFare.amount;
    return { product: token.claims.product, amount: { amount: 0, currency } };
  }
  return rules.flatFare;
}
