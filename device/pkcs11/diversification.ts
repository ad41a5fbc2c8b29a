/**
 * NXP AN10922 §2.2 for a master key that nobody here sees: only the block cipher lies in the token,
 * and what is worked out on this side tells nothing of the key.
 *
 * A plain CMAC (CKM_AES_CMAC) is another function for inputs below 16 bytes: AN10922 pads every
 * input to 32 bytes and then masks with the second subkey. This one takes every length.
 */
const diversificationBytesMax = 31;
/** The constant in front that says "AES-128". */
const aes128 = 0x01;
const padding = 0x80;
const blockBytes = 16;
const inputBytes = 32;
/** x^128 = x^7 + x^2 + x + 1: what a subkey is reduced by (NIST SP 800-38B §5.3). */
const reduction = 0x87;

/** AES-CBC of whole blocks from an initial vector of zeros, under one master key. */
export type CbcCipher = (plain: Uint8Array) => Promise<Uint8Array>;

export interface DiversificationInput {
  /** 32 bytes. */
  readonly padded: Uint8Array;
  readonly isPadded: boolean;
}

/** The cipher of a zero block, from which both subkeys come (SP 800-38B §6.1, step 1). */
export function cipheredZero(encrypt: CbcCipher): Promise<Uint8Array> {
  return encrypt(new Uint8Array(blockBytes));
}

/** @param diversification 1 to 31 bytes. @throws RangeError for other lengths. */
export function diversificationInput(diversification: Uint8Array): DiversificationInput {
  const { length } = diversification;
  if (length < 1 || length > diversificationBytesMax) {
    throw new RangeError(`a diversification input of ${length} bytes`);
  }
  const isPadded = length < diversificationBytesMax;
  const padded = new Uint8Array(inputBytes);
  padded.set(Uint8Array.of(aes128, ...diversification, ...(isPadded ? [padding] : [])));
  return { padded, isPadded };
}

/** @param zero what `cipheredZero` gave. @returns the card's key, 16 bytes. */
export async function diversify(
  encrypt: CbcCipher,
  zero: Uint8Array,
  { padded, isPadded }: DiversificationInput,
): Promise<Uint8Array> {
  const subkey = isPadded ? doubled(doubled(zero)) : doubled(zero);
  const masked = padded.map((byte, index) => byte ^ (subkey[index - blockBytes] ?? 0));
  const ciphered = await encrypt(masked);
  return Uint8Array.from(ciphered.subarray(blockBytes));
}

/** A block times x in GF(2^128): shifted left by a bit, and reduced when a bit falls out. */
function doubled(block: Uint8Array): Uint8Array {
  const reduced = (block[0] ?? 0) >= 0x80 ? reduction : 0;
  return block.map((byte, index) => (byte << 1) ^ ((block[index + 1] ?? reduced << 7) >> 7));
}
