/** The eight-byte MAC of DESFire EV2 (MF2DL(H)x0 data sheet §9.1.3): every second byte of a CMAC. */
import { aesCmac } from '../../crypto/aes-cmac.ts';

export const macBytes = 8;

/** @param key 16 bytes. */
export function truncatedMac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return aesCmac(key, message).filter((_, index) => index % 2 === 1);
}
