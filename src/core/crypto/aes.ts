/**
 * AES-128 (FIPS 197) without padding, in the two modes that cards speak: CBC (NIST SP 800-38A
 * §6.2) and single blocks. Who calls it has padded, and knows that the lengths fit.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

export const aesBlockBytes = 16;
/** The initialisation vector where a protocol says "zero". */
export const zeroBlock: Uint8Array = new Uint8Array(aesBlockBytes);

/** @param key 16 bytes. @param iv 16 bytes. @throws Error unless data is whole blocks. */
export function encryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(data), cipher.final()]));
}

/** @param key 16 bytes. @param iv 16 bytes. @throws Error unless data is whole blocks. */
export function decryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([decipher.update(data), decipher.final()]));
}

/** One block by itself: ECB. @param key 16 bytes. @param block 16 bytes. */
export function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  return encryptCbc(key, zeroBlock, block);
}
