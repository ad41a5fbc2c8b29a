/**
 * ES256 (ECDSA on P-256 with SHA-256, FIPS 186-5) with a private key in PEM: the signing half of
 * verifying-key.ts.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Signer } from './cose-sign1.ts';

export interface P256Signer extends Signer {
  readonly algorithm: 'ES256';
  /** 33 bytes: the compressed point (SEC 1 §2.3.3). */
  readonly publicKey: Uint8Array;
}

/** 04, x and y (SEC 1 §2.3.3): the end of a SubjectPublicKeyInfo, RFC 5480 §2. */
const pointBytes = 65;

/** @param point 65 bytes. @returns 33: the sign of y, and x. */
export function compressedPoint(point: Uint8Array): Uint8Array {
  const isOdd = ((point[pointBytes - 1] ?? 0) & 1) === 1;
  return Uint8Array.of(isOdd ? 3 : 2, ...point.subarray(1, 33));
}

/** @param pem a private key. @returns undefined when it is none, or not one on P-256. */
export function p256Signer(pem: string): P256Signer | undefined {
  const key = privateKeyOf(pem);
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    algorithm: 'ES256',
    publicKey: compressedPoint(spki.subarray(-pointBytes)),
    sign: (message) => new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })),
  };
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL throws for whatever is no private key: whoever asked says so to the user.
    return undefined;
  }
}
