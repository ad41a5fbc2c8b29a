/**
 * Base45 (RFC 9285): bytes as the alphabet of QR alphanumeric mode. Strict where the published
 * packages are not: a symbol outside the alphabet, a value past its bytes or a lone symbol at the
 * end is an error, because a ticket must have one spelling only.
 */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

export function encodeBase45(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 2) {
    const pair = bytes.subarray(index, index + 2);
    let value = pair.reduce((sum, byte) => sum * 256 + byte, 0);
    for (let symbol = 0; symbol <= pair.length; symbol += 1) {
      text += alphabet[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}

/** @returns undefined when the text is not Base45. */
export function decodeBase45(text: string): Uint8Array | undefined {
  if (text.length % 3 === 1) return undefined;
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 3) {
    const value = groupValue(text.slice(index, index + 3));
    const length = Math.min(3, text.length - index) - 1;
    if (value === undefined || value >= 256 ** length) return undefined;
    if (length === 2) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Uint8Array.from(bytes);
}

function groupValue(group: string): number | undefined {
  let value = 0;
  for (let index = group.length - 1; index >= 0; index -= 1) {
    const digit = alphabet.indexOf(group.charAt(index));
    if (digit < 0) return undefined;
    value = value * 45 + digit;
  }
  return value;
}
