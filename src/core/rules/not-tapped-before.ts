/**
 * A single ride and a payment code count once; a pass counts again after the passback time, for it
 * carries one rider and must not be handed back through the door.
 */
import type { Rule, TapFacts } from './rule.ts';

export const notTappedBefore: Rule = (facts) => {
  const last = facts.history.lastAcceptedAt;
  if (last === undefined) return undefined;
  if (!isReusable(facts)) return 'already-tapped';
  // A wall clock set back makes the elapsed time negative: that is "just now", not "long ago".
  return facts.now - last < facts.rules.passbackMs ? 'already-tapped' : undefined;
};

function isReusable({ token }: TapFacts): boolean {
  return token.format === 'halte-ticket' && token.claims.kind === 'pass';
}
