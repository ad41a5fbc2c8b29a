/**
 * A payment that nobody vouched for yet: of accepted wallets only, and what the backend declined is
 * refused. Without an answer it is taken on the operator's risk, if the operator takes any, within
 * limits for each tap, account and device, and while lists and link are fresh enough to trust. A ride
 * that costs nothing risks nothing.
 */
import { isForNothing } from '../decision.ts';
import type { Reason } from '../reason.ts';
import type { Limits, RiskPolicy } from './policy.ts';
import type { Rule, TapFacts } from './rule.ts';

export const withinRisk: Rule = (facts) => {
  const { token, rules, authorisation, fare } = facts;
  if (token.proof.kind !== 'deferred') return undefined;
  if (!isIssuerAccepted(token.issuer, rules.policy.issuers)) return 'issuer-not-accepted';
  if (authorisation === 'declined') return 'payment-declined';
  if (authorisation === 'approved') return undefined;
  if (fare !== undefined && isForNothing(fare)) return undefined;
  return offlineObjection(facts, rules.policy.risk);
};

/** The longest prefix that is named counts; denied when both name it. */
function isIssuerAccepted(
  issuer: string | undefined,
  { allow, deny }: TapFacts['rules']['policy']['issuers'],
): boolean {
  if (issuer === undefined) return false;
  for (let length = issuer.length; length > 0; length -= 1) {
    const prefix = issuer.slice(0, length);
    if (deny.has(prefix)) return false;
    if (allow.has(prefix)) return true;
  }
  return false;
}

function offlineObjection(facts: TapFacts, risk: RiskPolicy): Reason | undefined {
  const { fare, history } = facts;
  if (!risk.acceptsOffline) return 'payment-needs-link';
  if (isStale(facts, risk)) return 'risk-data-stale';
  const amount = fare?.amount.amount ?? 0;
  if (amount > risk.amountPerTapMax) return 'risk-amount-exceeded';
  if (!risk.acceptsFirstRide && history.taps.length === 0) return 'risk-first-ride';
  const { account, device } = history.atRisk;
  const isOver = (spent: Limits, most: Limits) =>
    spent.taps >= most.taps || spent.amount + amount > most.amount;
  return isOver(account, risk.perAccountPerDay) || isOver(device, risk.perDevicePerDay)
    ? 'risk-count-exceeded'
    : undefined;
}

/** What was never known is as old as can be. */
function isStale({ listAgeMs, syncAgeMs }: TapFacts, risk: RiskPolicy): boolean {
  const older = (age = Number.POSITIVE_INFINITY, max: number) => age > max;
  return older(listAgeMs, risk.listAgeMaxMs) || older(syncAgeMs, risk.syncAgeMaxMs);
}
