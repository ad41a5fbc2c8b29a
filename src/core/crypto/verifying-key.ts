/**
 * Public keys that verify signatures, imported once and used at every tap: Ed25519 (RFC 8032) and
 * ECDSA on P-256 with SHA-256 (FIPS 186-5), the two that tickets are signed with.
 */
import { createPublicKey, ECDH, type KeyObject, verify } from 'node:crypto';
import { ed25519PublicKey } from './ed25519.ts';

/** Names of COSE, RFC 9053 §2. */
export const signatureAlgorithms = ['EdDSA', 'ES256'] as const;
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

export interface VerifyingKey {
  readonly algorithm: SignatureAlgorithm;
  readonly imported: KeyObject;
}

/** Bytes of a signature in either algorithm. */
export const signatureBytes = 64;

/**
 * @param bytes Ed25519: 32. ES256: a point of SEC 1 §2.3.3, compressed (33) or not (65).
 * @returns undefined when the bytes are no key, or one under which forgeries would hold.
 */
export function verifyingKey(
  algorithm: SignatureAlgorithm,
  bytes: Uint8Array,
): VerifyingKey | undefined {
  const imported = algorithm === 'EdDSA' ? ed25519PublicKey(bytes) : p256PublicKey(bytes);
  return imported && { algorithm, imported };
}

/** @param signature 64 bytes; for ES256 r ‖ s. @returns false for a wrong length too. */
export function verifies(
  { algorithm, imported }: VerifyingKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== signatureBytes) return false;
  return algorithm === 'EdDSA'
    ? verify(null, message, imported, signature)
    : verify('sha256', message, { key: imported, dsaEncoding: 'ieee-p1363' }, signature);
}

/** SubjectPublicKeyInfo of an uncompressed P-256 point, RFC 5480 §2. */
const p256Prefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

function p256PublicKey(bytes: Uint8Array): KeyObject | undefined {
  if (bytes.length !== 33 && bytes.length !== 65) return undefined;
  try {
    const point = ECDH.convertKey(bytes, 'prime256v1', undefined, undefined, 'uncompressed');
    const key = Buffer.concat([p256Prefix, point as Uint8Array]);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    // OpenSSL throws for bytes that are no point of the curve: such a key verifies nothing.
    return undefined;
  }
}
