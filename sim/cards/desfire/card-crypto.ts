/**
 * AES-128 as a DESFire card uses it: CBC without padding, CMAC (NIST SP 800-38B) with a starting
 * vector, the truncation of EV2 and the CRC of EV1. Written for the card alone, so that card and
 * reader check each other.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concat } from '../../../src/core/bytes.ts';

export const blockBytes = 16;
export const zeroBlock: Uint8Array = new Uint8Array(blockBytes);

/** @param data a multiple of 16 bytes. */
export function encryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return concat(cipher.update(data), cipher.final());
}

/** @param data a multiple of 16 bytes. */
export function decryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return concat(decipher.update(data), decipher.final());
}

/** @param iv EV1 chains it from command to command; zero everywhere else. @returns 16 bytes. */
export function cmac(key: Uint8Array, message: Uint8Array, iv = zeroBlock): Uint8Array {
  const whole = message.length > 0 && message.length % blockBytes === 0;
  const once = doubled(encryptCbc(key, zeroBlock, zeroBlock));
  const padded = whole ? message.slice() : padBit(message);
  const last = padded.subarray(-blockBytes);
  last.set(xor(last, whole ? once : doubled(once)));
  return encryptCbc(key, iv, padded).slice(-blockBytes);
}

/** Eight bytes of a CMAC, every second one, as EV2 sends them. */
export function truncatedMac(mac: Uint8Array): Uint8Array {
  return mac.filter((_, index) => index % 2 === 1);
}

/** ISO/IEC 9797-1 padding method 2: 80 and zeros, always at least one byte. */
export function padBit(data: Uint8Array): Uint8Array {
  return padZeros(concat(data, Uint8Array.of(0x80)));
}

export function padZeros(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(data.length / blockBytes) * blockBytes);
  padded.set(data);
  return padded;
}

/** @returns undefined when there is no 80 before the zeros at the end. */
export function unpadBit(padded: Uint8Array): Uint8Array | undefined {
  const end = padded.findLastIndex((byte) => byte !== 0);
  return padded[end] === 0x80 ? padded.subarray(0, end) : undefined;
}

/** CRC-32 of ISO/IEC 13239 without the last inversion, least significant byte first. */
export function crc32(data: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return Uint8Array.of(crc, crc >>> 8, crc >>> 16, crc >>> 24);
}

export function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, index) => byte ^ (right[index] ?? 0));
}

/** First byte to the end, as both sides do with a challenge. */
export function rotated(challenge: Uint8Array): Uint8Array {
  return concat(challenge.subarray(1), challenge.subarray(0, 1));
}

/** Multiplies by x in GF(2^128), SP 800-38B §6.1. */
function doubled(block: Uint8Array): Uint8Array {
  const shifted = block.map((byte, index) => (byte << 1) | ((block[index + 1] ?? 0) >> 7));
  if (((block[0] ?? 0) & 0x80) !== 0)
    shifted[blockBytes - 1] = (shifted[blockBytes - 1] ?? 0) ^ 0x87;
  return shifted;
}
