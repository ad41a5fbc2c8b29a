/**
 * The backend's time, signed for one question: the device's nonce is in it, so that an answer which
 * somebody kept says nothing about now. Under a context of its own, so that no receipt passes for one.
 */
import type { Ed25519PrivateKey } from '../crypto/ed25519.ts';
import { isCount, openWord, signWord } from './backend-word.ts';

export interface ServerTime {
  readonly device: string;
  /** As the device asked, {@link nonceBytes} bytes. */
  readonly nonce: Uint8Array;
  /** Milliseconds since 1970 by the backend's clock. */
  readonly serverTime: number;
}

export const nonceBytes = 16;

const context = 'halte/server-time/1';

export function signServerTime(key: Ed25519PrivateKey, time: ServerTime): Uint8Array {
  const { device, nonce, serverTime } = time;
  return signWord(key, { device, nonce, serverTime }, context);
}

/** @returns undefined unless the backend's key signed it and every field is well-formed. */
export function openServerTime(bytes: Uint8Array, publicKey: Uint8Array): ServerTime | undefined {
  const { device, nonce, serverTime } = openWord(bytes, publicKey, context) ?? {};
  if (typeof device !== 'string' || !isCount(serverTime)) return undefined;
  if (!(nonce instanceof Uint8Array) || nonce.length !== nonceBytes) return undefined;
  return { device, nonce, serverTime };
}
