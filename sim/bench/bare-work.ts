/**
 * The floor: what nobody can do without who judges a token, which is to verify its signatures with
 * keys that were imported long ago.
 */
import {
  type SignatureAlgorithm,
  type VerifyingKey,
  verifies,
  verifyingKey,
} from '../../src/core/crypto/verifying-key.ts';
import type { Rules, TrustedKey } from '../../src/core/rules/rules.ts';
import type { Token } from '../../src/core/token/token.ts';

/** @returns whether the signature holds. */
export type Verification = () => boolean;

/**
 * One for each key that has to be tried: those of the issuer, in the order of the rules, to the
 * first under which the signature holds.
 */
export function issuerVerifications(
  { proof, format }: Token,
  rules: Rules,
): readonly Verification[] {
  if (proof.kind !== 'signed') return [];
  const { issuer, algorithm, message, signature } = proof;
  const named = (trusted: TrustedKey) =>
    issuer === undefined ? trusted.format === format : trusted.issuer === issuer;
  const kid = proof.kid && Buffer.from(proof.kid).toString('hex');
  const tried = rules.trustedKeys
    .filter((trusted) => named(trusted) && trusted.kid === kid)
    .filter(({ key }) => key.algorithm === algorithm)
    .map(
      ({ key }) =>
        () =>
          verifies(key, message, signature),
    );
  const first = tried.findIndex((verification) => verification());
  return first < 0 ? tried : tried.slice(0, first + 1);
}

/** Whether the key in the ticket is imported anew each time, as it has to be, or was already. */
export type HolderKeyImport = 'each-time' | 'before';

export function holderVerifications(
  { holder }: Token,
  imported: HolderKeyImport,
): readonly Verification[] {
  const proof = holder?.proof;
  if (holder === undefined || proof === undefined) return [];
  const { message, signature } = proof;
  const importKey = () => keyOf(holder.algorithm, holder.publicKey);
  const key = importKey();
  const known = () => verifies(key, message, signature);
  return [imported === 'before' ? known : () => verifies(importKey(), message, signature)];
}

function keyOf(algorithm: SignatureAlgorithm, publicKey: Uint8Array): VerifyingKey {
  const key = verifyingKey(algorithm, publicKey);
  if (key === undefined) throw new Error('a test key that nobody can verify with');
  return key;
}
