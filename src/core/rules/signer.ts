/**
 * Who signed a token: the trusted key under which its signature holds names the issuer. Verifying
 * is the dearest step of a tap, so it is done once, before the rules; what follows from it is theirs.
 */
import { hex } from '../bytes.ts';
import { verifies } from '../crypto/verifying-key.ts';
import type { Proof, Token } from '../token/token.ts';
import type { Rules, TrustedKey } from './rules.ts';

/** Of a format whose tokens name no key, so many are tried; the rules' file allows no more. */
export const keysTriedMax = 8;

export type Signer =
  | { readonly issuer: string }
  /** No trusted key may have signed it, or those that may have did not. */
  | { readonly objection: 'unknown-key' | 'signature-invalid' };

/** @returns undefined for a token that is not signed. */
export function signerOf(
  { proof, format }: Token,
  { trustedKeys }: Pick<Rules, 'trustedKeys'>,
): Signer | undefined {
  if (proof.kind !== 'signed') return undefined;
  const keys = trustedKeys.filter(
    (trusted) => trusted.key.algorithm === proof.algorithm && isNamed(trusted, proof, format),
  );
  if (keys.length === 0) return { objection: 'unknown-key' };
  const { message, signature } = proof;
  const signer = keys.slice(0, keysTriedMax).find(({ key }) => verifies(key, message, signature));
  return signer === undefined ? { objection: 'signature-invalid' } : { issuer: signer.issuer };
}

/** By issuer and key id, or by the format for tokens that name neither. */
function isNamed(
  trusted: TrustedKey,
  { issuer, kid }: Proof & { readonly kind: 'signed' },
  format: string,
): boolean {
  if (issuer === undefined) return trusted.format === format;
  const isIssuers = trusted.format === undefined && trusted.issuer === issuer;
  return isIssuers && trusted.kid === (kid && hex(kid));
}
