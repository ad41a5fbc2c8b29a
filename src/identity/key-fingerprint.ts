/**
 * How a public key is named to people: short enough to say on the telephone, long enough (100 bits)
 * that nobody finds a second key of the same name. Crockford's Base32, which has no I, L, O and U.
 */
import { sha256 } from '../core/crypto/sha256.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const letters = 20;
const bitsEach = 5;

/** @param publicKey SubjectPublicKeyInfo, DER. @returns such as `7Q4M-…`: five groups of four. */
export function keyFingerprint(publicKey: Uint8Array): string {
  let bits = BigInt(`0x${Buffer.from(sha256(publicKey).subarray(0, 13)).toString('hex')}`) >> 4n;
  let text = '';
  for (let letter = 0; letter < letters; letter += 1) {
    text = (alphabet[Number(bits & 31n)] ?? '') + text;
    bits >>= BigInt(bitsEach);
  }
  return grouped(text);
}

/** As somebody typed it: in any case, with any separators, O for zero and I or L for one. */
export function readFingerprint(typed: string): string | undefined {
  const text = typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  const isOne = text.length === letters && [...text].every((letter) => alphabet.includes(letter));
  return isOne ? grouped(text) : undefined;
}

function grouped(text: string): string {
  return text.match(/.{4}/g)?.join('-') ?? text;
}
