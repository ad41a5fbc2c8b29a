/** A token on the deny list is refused, whatever else holds. */
import { hex } from '../bytes.ts';
import type { Rule } from './rule.ts';

export const notDenied: Rule = ({ token, rules }) =>
  rules.denyList.has(hex(token.tokenKey)) ? 'token-denied' : undefined;
