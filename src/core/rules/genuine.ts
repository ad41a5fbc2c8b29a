/** A signed token must be signed by a key that is trusted for its issuer. */
import { hex } from '../bytes.ts';
import { verifies } from '../crypto/verifying-key.ts';
import type { Rule } from './rule.ts';

/** Of an issuer whose tokens name no key, so many are tried; the rules' file allows no more. */
export const keysTriedMax = 8;

export const genuine: Rule = ({ token: { proof }, rules }) => {
  if (proof.kind !== 'signed') return undefined;
  const { issuer, algorithm, message, signature } = proof;
  const kid = proof.kid && hex(proof.kid);
  const keys = rules.trustedKeys.filter(
    (trusted) =>
      trusted.issuer === issuer && trusted.kid === kid && trusted.key.algorithm === algorithm,
  );
  if (keys.length === 0) return 'unknown-key';
  const isGenuine = keys
    .slice(0, keysTriedMax)
    .some(({ key }) => verifies(key, message, signature));
  return isGenuine ? undefined : 'signature-invalid';
};
