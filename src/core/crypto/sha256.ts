/** SHA-256 over parts, each given its length first, so that no two lists of parts collide. */
import { hash } from 'node:crypto';

const lengthBytes = 4;

/** @returns 32 bytes of SHA-256( length ‖ part ‖ length ‖ part … ), lengths big-endian. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = parts.reduce((sum, part) => sum + lengthBytes + part.length, 0);
  // One call for all: a hash object that is fed piece by piece costs three times as much.
  const whole = new Uint8Array(bytes);
  const view = new DataView(whole.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    whole.set(part, at + lengthBytes);
    at += lengthBytes + part.length;
  }
  return new Uint8Array(hash('sha256', whole, 'buffer'));
}
