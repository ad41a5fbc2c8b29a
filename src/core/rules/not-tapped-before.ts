/**
 * A token counts as often as it has rides; one with rides left counts again after the passback
 * time, for it carries one rider and must not be handed back through the door.
 */
import type { Rule } from './rule.ts';

export const notTappedBefore: Rule = ({ token, history, rules, now }) => {
  const last = history.lastAcceptedAt;
  if (last === undefined) return undefined;
  if (token.rides !== 'unlimited' && history.timesAccepted >= token.rides) {
    return token.rides === 1 ? 'already-tapped' : 'rides-used-up';
  }
  // Both ways: after a clock that ran ahead was set right, its taps lie in the future, and must not
  // shut a pass out until real time has caught up with them.
  return Math.abs(now - last) < rules.passbackMs ? 'already-tapped' : undefined;
};
