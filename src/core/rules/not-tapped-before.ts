/**
 * A single ride and a payment code count once; a pass counts again after the passback time, for it
 * carries one rider and must not be handed back through the door.
 */
import type { Rule, TapFacts } from './rule.ts';

export const notTappedBefore: Rule = (facts) => {
  const last = facts.history.lastAcceptedAt;
  if (last === undefined) return undefined;
  if (!isReusable(facts)) return 'already-tapped';
  // Both ways: after a clock that ran ahead was set right, its taps lie in the future, and must not
  // shut a pass out until real time has caught up with them.
  return Math.abs(facts.now - last) < facts.rules.passbackMs ? 'already-tapped' : undefined;
};

function isReusable({ token }: TapFacts): boolean {
  return token.format === 'halte-ticket' && token.claims.kind === 'pass';
}
