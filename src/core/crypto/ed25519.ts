/** Ed25519 (RFC 8032) on raw 32-byte keys, the form in which keys travel in rules and tickets. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { concat, hex } from '../bytes.ts';

/** DER frames of RFC 8410 around a raw key: SubjectPublicKeyInfo and PKCS #8. */
const publicPrefix = Uint8Array.from(Buffer.from('302a300506032b6570032100', 'hex'));
const privatePrefix = Uint8Array.from(Buffer.from('302e020100300506032b657004220420', 'hex'));

/**
 * The y coordinates of the eight points of small order, canonical and not, sign bit cleared. With
 * such a key one signature holds for many messages; Node refuses them only since mid-2026.
 */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** A signer, as COSE takes it. */
export interface Ed25519PrivateKey {
  readonly algorithm: 'EdDSA';
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes, deterministic (RFC 8032 §5.1.6). */
  sign(message: Uint8Array): Uint8Array;
}

/** @returns undefined for another length than 32 bytes, and for a key of small order. */
export function ed25519PublicKey(publicKey: Uint8Array): KeyObject | undefined {
  if (publicKey.length !== 32 || isSmallOrder(publicKey)) return undefined;
  const key = Buffer.from(concat(publicPrefix, publicKey));
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/** @param seed 32 secret bytes. @throws RangeError for another length. */
export function ed25519PrivateKey(seed: Uint8Array): Ed25519PrivateKey {
  if (seed.length !== 32) throw new RangeError(`an Ed25519 seed has 32 bytes, not ${seed.length}`);
  const der = Buffer.from(concat(privatePrefix, seed));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    algorithm: 'EdDSA',
    publicKey: new Uint8Array(spki.subarray(publicPrefix.length)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = Uint8Array.from(publicKey);
  const view = new DataView(y.buffer);
  view.setUint8(31, view.getUint8(31) & 0x7f);
  return smallOrder.has(hex(y));
}
