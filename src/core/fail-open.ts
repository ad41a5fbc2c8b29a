/**
 * What could not be accepted, or not even read: refused, unless the device itself is at fault and
 * the operator lets riders travel meanwhile.
 */
import { type Decision, type Fare, withoutFare } from './decision.ts';
import type { Reason } from './reason.ts';
import type { Situation } from './rules/rule.ts';

/** What the device itself lacks: no fault of the rider's. */
const deviceFaults: ReadonlySet<Reason> = new Set([
  'card-key-missing',
  'clock-untrusted',
  'no-fare-here',
]);

/** The decision where something objects; an operator may let riders travel meanwhile. */
export function refusedUnlessFailOpen(reason: Reason, situation: FailOpenSituation): Decision {
  if (!isFailOpen(situation) || !deviceFaults.has(reason)) return withoutFare(reason);
  const { now, rules } = situation;
  const free = { amount: 0, currency: rules.currency };
  const fare: Fare = {
    product: 'fail-open',
    amount: free,
    action: 'single',
    leg: { boarding: { at: now } },
  };
  return { outcome: 'accepted', basis: 'fail-open', reason: 'fail-open', fare };
}

type FailOpenSituation = Pick<Situation, 'rules' | 'now' | 'failOpen'>;

function isFailOpen({ rules, failOpen }: FailOpenSituation): boolean {
  return failOpen ?? rules.policy.failOpen;
}
