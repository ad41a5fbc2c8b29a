/**
 * A ticket is valid from `notBefore` up to, not including, `expires`, with the tolerated skew at
 * both ends. Once expired it never becomes valid again as time goes on.
 */
import type { Rule } from './rule.ts';

export const inForce: Rule = ({ token, rules, now }) => {
  if (token.format !== 'halte-ticket') return undefined;
  if (now >= token.claims.expires * 1000 + rules.clockSkewMs) return 'token-expired';
  if (now < token.claims.notBefore * 1000 - rules.clockSkewMs) return 'token-not-yet-valid';
  return undefined;
};
