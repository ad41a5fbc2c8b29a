/**
 * CRC-16/CCITT-FALSE (in the CRC catalogue also CRC-16/IBM-3740): polynomial 1021, begins with
 * FFFF, neither reflected nor inverted. Finds misprints; proves nothing about who wrote the text.
 */

const polynomial = 0x1021;

/** @returns 0 to FFFF. */
export function crc16(bytes: Uint8Array): number {
  let register = 0xffff;
  for (const byte of bytes) {
    register ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      const shifted = (register << 1) & 0xffff;
      register = (register & 0x8000) === 0 ? shifted : shifted ^ polynomial;
    }
  }
  return register;
}
