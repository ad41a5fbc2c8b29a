/** What is on a list of the refused is refused, whatever else holds. */
import { hex } from '../bytes.ts';
import type { Rule } from './rule.ts';

export const notDenied: Rule = ({ token, rules }) => {
  const tokenKey = hex(token.tokenKey);
  if (rules.revoked.has(tokenKey)) return 'ticket-revoked';
  if (rules.blocked.has(tokenKey)) return 'ticket-blocked';
  const isDenied =
    rules.denyList.has(tokenKey) ||
    (token.accountKey !== undefined && rules.denyList.has(hex(token.accountKey)));
  return isDenied ? 'token-denied' : undefined;
};
