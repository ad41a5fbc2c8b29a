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
    const message = withLengths([utf8(kind), ...parts]);
    return new Uint8Array(createHmac('sha256', key).update(message).digest());
  };
}

/** In one piece: each update of an HMAC costs more than the copying. */
function withLengths(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + 4 + part.length, 0);
  const whole = new Uint8Array(size);
  const view = new DataView(whole.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    whole.set(part, at + 4);
    at += 4 + part.length;
  }
  return whole;
}
