/**
 * The CRC-32 of DESFire EV1: the polynomial of IEEE 802.3, reflected, starting from all ones, and
 * without the inversion at the end (catalogued as CRC-32/JAMCRC).
 */

const polynomial = 0xedb88320;

/** @returns 4 bytes, least significant first. */
export function desfireCrc32(bytes: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
  }
  const result = new Uint8Array(4);
  new DataView(result.buffer).setUint32(0, crc >>> 0, true);
  return result;
}
