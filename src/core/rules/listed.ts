/** A card of which only a copyable number is known counts as long as the operator lists it. */
import { hex } from '../bytes.ts';
import type { Rule } from './rule.ts';

export const listed: Rule = ({ token, rules, now }) => {
  if (token.proof.kind !== 'identifier') return undefined;
  const entry = rules.listedCards.get(hex(token.tokenKey));
  if (entry === undefined) return 'card-not-listed';
  return entry.until !== undefined && now >= entry.until ? 'token-expired' : undefined;
};
