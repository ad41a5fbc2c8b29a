/** A purse pays a fare only whole, in its own currency, and holds what an entry asks for. */
import type { Rule } from './rule.ts';

export const purseCovers: Rule = ({ token, fare }) => {
  if (token.card === undefined || fare === undefined) return undefined;
  const { balance } = token.card;
  const needed = Math.max(fare.amount.amount, fare.balanceNeeded ?? 0);
  if (needed === 0) return undefined;
  const covers = balance.currency === fare.amount.currency && balance.amount >= needed;
  return covers ? undefined : 'balance-too-low';
};
