/**
 * AES-CMAC (NIST SP 800-38B), and its subkeys for the construction of NXP AN10922 that pads in its
 * own way. Truncation is the business of each protocol.
 */
import { concat } from '../bytes.ts';
import { aesBlockBytes, encryptBlock, encryptCbc, zeroBlock } from './aes.ts';

/**
 * @param key 16 bytes.
 * @param chain what the first block is combined with: 16 bytes, zero in the standard; DESFire EV1
 * carries it on from message to message.
 * @returns 16 bytes.
 */
export function aesCmac(key: Uint8Array, message: Uint8Array, chain = zeroBlock): Uint8Array {
  const blocks = Math.max(1, Math.ceil(message.length / aesBlockBytes));
  return paddedCmac(key, message, { blocks, chain });
}

export interface CmacShape {
  /** To how many blocks the message is padded. */
  readonly blocks: number;
  /** 16 bytes, zero unless told. */
  readonly chain?: Uint8Array;
}

/**
 * CMAC of a message padded (ISO/IEC 9797-1 method 2) to a number of blocks, however short it is.
 * @throws RangeError when the message is longer.
 */
export function paddedCmac(key: Uint8Array, message: Uint8Array, shape: CmacShape): Uint8Array {
  const { blocks, chain = zeroBlock } = shape;
  const bytes = blocks * aesBlockBytes;
  const padded = new Uint8Array(bytes);
  padded.set(message);
  if (message.length < bytes) padded[message.length] = 0x80;
  const whole = doubled(encryptBlock(key, zeroBlock));
  const subkey = message.length === bytes ? whole : doubled(whole);
  const last = padded.subarray(-aesBlockBytes);
  const masked = last.map((byte, index) => byte ^ (subkey[index] ?? 0));
  return encryptCbc(key, chain, concat(padded.subarray(0, -aesBlockBytes), masked)).slice(
    -aesBlockBytes,
  );
}

/** Multiplication by x in GF(2^128), SP 800-38B §6.1. */
function doubled(block: Uint8Array): Uint8Array {
  const [first = 0] = block;
  return block.map((byte, index) => {
    const next = block[index + 1];
    if (next !== undefined) return ((byte << 1) | (next >> 7)) & 0xff;
    return ((byte << 1) & 0xff) ^ (first & 0x80 ? 0x87 : 0);
  });
}
