/** X25519 (RFC 7748 §5) on raw 32-byte keys: two keys agree on a secret. */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { concat } from '../bytes.ts';

export const x25519KeyBytes = 32;

/** DER frames of RFC 8410 around a raw key: SubjectPublicKeyInfo and PKCS #8. */
const publicPrefix = Uint8Array.from(Buffer.from('302a300506032b656e032100', 'hex'));
const privatePrefix = Uint8Array.from(Buffer.from('302e020100300506032b656e04220420', 'hex'));

export interface X25519PublicKey {
  /** 32 bytes. */
  readonly bytes: Uint8Array;
  readonly imported: KeyObject;
}

export interface X25519PrivateKey {
  readonly publicKey: X25519PublicKey;
  readonly imported: KeyObject;
}

/** @returns undefined for another length than 32 bytes, and for a point of small order. */
export function x25519PublicKey(bytes: Uint8Array): X25519PublicKey | undefined {
  if (bytes.length !== x25519KeyBytes) return undefined;
  const key = Buffer.from(concat(publicPrefix, bytes));
  const publicKey = { bytes, imported: createPublicKey({ key, format: 'der', type: 'spki' }) };
  // With a point of small order every private key agrees on zero, so that any will tell.
  const anyKey = x25519PrivateKey(new Uint8Array(x25519KeyBytes));
  return agreedSecret(anyKey, publicKey) && publicKey;
}

/** @param bytes 32 secret bytes; every value is a key. @throws RangeError for another length. */
export function x25519PrivateKey(bytes: Uint8Array): X25519PrivateKey {
  if (bytes.length !== x25519KeyBytes) {
    throw new RangeError(`an X25519 private key has ${x25519KeyBytes} bytes, not ${bytes.length}`);
  }
  const key = Buffer.from(concat(privatePrefix, bytes));
  const imported = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const publicImported = createPublicKey(imported);
  const spki = publicImported.export({ format: 'der', type: 'spki' });
  const publicBytes = new Uint8Array(spki.subarray(publicPrefix.length));
  return { imported, publicKey: { bytes: publicBytes, imported: publicImported } };
}

/** @returns 32 bytes; undefined when they would be zero (RFC 7748 §6.1). */
export function agreedSecret(
  privateKey: X25519PrivateKey,
  publicKey: X25519PublicKey,
): Uint8Array | undefined {
  try {
    const keys = { privateKey: privateKey.imported, publicKey: publicKey.imported };
    return new Uint8Array(diffieHellman(keys));
  } catch {
    // OpenSSL refuses to give zero, and has no other objection to two X25519 keys.
    return undefined;
  }
}
