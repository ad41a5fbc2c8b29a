/**
 * A token that nobody vouched for yet is taken on the operator's risk: accepted wallets only, up to
 * an amount for each tap and a number of taps for each day.
 */
import type { Rule } from './rule.ts';

export const withinRisk: Rule = ({ token, fare, history, rules }) => {
  if (token.proof.kind !== 'deferred') return undefined;
  if (token.issuer === undefined || !rules.acceptedIssuers.has(token.issuer)) {
    return 'issuer-not-accepted';
  }
  const { amountPerTapMax, tapsPerDayMax } = rules.risk;
  if (fare.amount.currency !== amountPerTapMax.currency) return 'risk-amount-exceeded';
  if (fare.amount.amount > amountPerTapMax.amount) return 'risk-amount-exceeded';
  return history.riskTapsToday >= tapsPerDayMax ? 'risk-count-exceeded' : undefined;
};
