/** A card of which only a copyable number is known counts as long as the operator lists it. */
import { allowingListing } from './holdings.ts';
import type { Rule } from './rule.ts';

export const listed: Rule = (facts) => {
  if (facts.token.proof.kind !== 'identifier') return undefined;
  return allowingListing(facts) === undefined ? 'card-not-listed' : undefined;
};
