/** A purse pays a fare only whole, and only in its own currency. */
import type { Rule } from './rule.ts';

export const purseCovers: Rule = ({ token, fare }) => {
  if (token.card === undefined || fare.amount.amount === 0) return undefined;
  const { balance } = token.card;
  const covers = balance.currency === fare.amount.currency && balance.amount >= fare.amount.amount;
  return covers ? undefined : 'balance-too-low';
};
