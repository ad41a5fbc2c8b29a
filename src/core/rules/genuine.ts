/** A signed token must be signed by a key that is trusted for its issuer. */
import type { Rule } from './rule.ts';

export const genuine: Rule = ({ signer }) =>
  signer !== undefined && 'objection' in signer ? signer.objection : undefined;
