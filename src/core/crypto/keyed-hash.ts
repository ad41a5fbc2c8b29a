/**
 * The keyed hash by which tokens, accounts and cards are recognised: HMAC-SHA-256 (RFC 2104) over
 * the whole number, under a key of the operator. A plain hash of a card number is undone by trying
 * all numbers, and PCI DSS 4.0.1 §3.5.1.1 forbids it.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import { utf8 } from '../bytes.ts';

/**
 * @param kind what is hashed, so that equal bytes of two kinds differ. @param parts each is given
 * its length first, so that no two lists of parts collide. @returns 32 bytes.
 */
export type KeyedHash = (kind: string, ...parts: readonly Uint8Array[]) => Uint8Array;

export const identifierKeyBytes = 32;

/** @param identifierKey 32 secret bytes, one for all devices of an operator. @throws RangeError */
export function createKeyedHash(identifierKey: Uint8Array): KeyedHash {
  if (identifierKey.length !== identifierKeyBytes) {
    throw new RangeError(`an identifier key has ${identifierKeyBytes} bytes`);
  }
  const key = createSecretKey(identifierKey);
  return (kind, ...parts) => {
    const hmac = createHmac('sha256', key);
    for (const part of [utf8(kind), ...parts]) {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, part.length);
      hmac.update(length).update(part);
    }
    return new Uint8Array(hmac.digest());
  };
}
