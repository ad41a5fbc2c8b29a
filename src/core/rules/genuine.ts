/** A signed token must be signed by a key that is trusted for its issuer. */
import { hex } from '../bytes.ts';
import { isTicketGenuine } from '../token/halte-ticket.ts';
import type { Rule } from './rule.ts';

export const genuine: Rule = ({ token, rules }) => {
  if (token.format !== 'halte-ticket') return undefined;
  const kid = hex(token.envelope.kid);
  const key = rules.trustedKeys.find(
    (trusted) => trusted.kid === kid && trusted.issuer === token.claims.issuer,
  );
  if (key === undefined) return 'unknown-key';
  return isTicketGenuine(token, key.publicKey) ? undefined : 'signature-invalid';
};
