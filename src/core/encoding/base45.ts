/**
 * Base45 (RFC 9285): bytes as the alphabet of QR alphanumeric mode. Strict where the published
 * packages are not: a symbol outside the alphabet, a value past its bytes or a lone symbol at the
 * end is an error, because a ticket must have one spelling only.
 */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** The digit of a symbol outside the alphabet: more than any group may be worth. */
const noDigit = 65_536;
const digits = new Uint32Array(128).fill(noDigit);
for (const [digit, symbol] of [...alphabet].entries()) digits[symbol.charCodeAt(0)] = digit;

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

/** RFC 9285 §4. @returns undefined when the text is not Base45. */
export function decodeBase45(text: string): Uint8Array | undefined {
  if (text.length % 3 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 2) / 3));
  for (let from = 0, to = 0; from < text.length; from += 3, to += 2) {
    const isPair = from + 2 < text.length;
    const high = isPair ? digitAt(text, from + 2) : 0;
    const value = digitAt(text, from) + 45 * digitAt(text, from + 1) + 2_025 * high;
    if (value >= (isPair ? 65_536 : 256)) return undefined;
    if (isPair) bytes[to] = value >> 8;
    bytes[isPair ? to + 1 : to] = value & 0xff;
  }
  return bytes;
}

/**
 * Where a text stops to be Base45: the first symbol outside the alphabet, else the beginning of the
 * first group that is worth too much or is not whole. @returns undefined when the text is Base45.
 */
export function base45FlawAt(text: string): number | undefined {
  const stray = [...text].findIndex((_, index) => digitAt(text, index) === noDigit);
  if (stray >= 0) return stray;
  for (let from = 0; from < text.length; from += 3) {
    if (decodeBase45(text.slice(from, from + 3)) === undefined) return from;
  }
  return undefined;
}

function digitAt(text: string, index: number): number {
  return digits[text.charCodeAt(index)] ?? noDigit;
}
