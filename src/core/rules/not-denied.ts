/**
 * What is on a list of the refused is refused, whatever else holds. Whoever owes money is refused
 * as far as the operator's travel credit policy says.
 */
import type { SecurityListing } from '../lists/security-listing.ts';
import type { Reason } from '../reason.ts';
import type { Rule, TapFacts } from './rule.ts';

export const notDenied: Rule = (facts) => {
  for (const listing of facts.listings) {
    const objection = listing.effect === 'deny' ? objectionOf(listing, facts) : undefined;
    if (objection !== undefined) return objection;
  }
  return undefined;
};

function objectionOf({ reason }: SecurityListing, facts: TapFacts): Reason | undefined {
  switch (reason) {
    case 'revoked':
      return 'ticket-revoked';
    case 'blocked':
      return 'ticket-blocked';
    case 'debt':
      return mayTravelInDebt(facts) ? undefined : 'debt-open';
    default:
      return 'token-denied';
  }
}

function mayTravelInDebt({ rules, fare, token }: TapFacts): boolean {
  switch (rules.policy.onDebt) {
    case 'allowTravel':
      return true;
    case 'blockAllTravel':
      return false;
    case 'blockPayAsYouGoTravel':
      return fare?.amount.amount === 0 && token.proof.kind !== 'deferred';
  }
}
