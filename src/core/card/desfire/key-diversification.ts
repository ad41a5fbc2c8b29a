/**
 * NXP AN10922 §2.2: the AES-128 key of one card, from a master key and what is particular to the
 * card. The reader's software key store and the office use it; it knows of no application.
 */
import { concat } from '../../bytes.ts';
import { paddedCmac } from '../../crypto/aes-cmac.ts';

export const diversificationBytesMax = 31;
/** The constant in front that says "AES-128". */
const aes128 = 0x01;
/** The input is always padded to two blocks: a plain CMAC is another key when it is short. */
const blocks = 2;

/**
 * @param master 16 bytes. @param diversification 1 to 31 bytes: UID, application id, system id.
 * @returns 16 bytes. @throws RangeError for other lengths.
 */
export function diversifyKey(master: Uint8Array, diversification: Uint8Array): Uint8Array {
  const { length } = diversification;
  if (length < 1 || length > diversificationBytesMax) {
    throw new RangeError(`a diversification input of ${length} bytes`);
  }
  return paddedCmac(master, concat(Uint8Array.of(aes128), diversification), { blocks });
}
