/**
 * The literals of a source as bytes, for the dictionary: a parser compares its input with them, and
 * chance alone would not hit a word of nine letters.
 */
import { bytesOfHex, bytesOfNumber, utf8 } from './byte-forms.ts';

/** Longer ones are sentences for people. */
const literalBytesMax = 24;

export function literalsIn(source: string): Uint8Array[] {
  return [...wordsIn(source), ...numbersIn(source)];
}

/** Words without spaces, and what they spell in hexadecimal, as tags and identifiers do. */
function wordsIn(source: string): Uint8Array[] {
  const words = [...source.matchAll(/'([^'\s\\]{1,24})'/g)].map(([, word]) => word ?? '');
  return words
    .filter((word) => !word.endsWith('.ts'))
    .flatMap((word) => [utf8(word), ...(isHex(word) ? [bytesOfHex(word)] : [])])
    .filter((bytes) => bytes.length <= literalBytesMax);
}

function isHex(word: string): boolean {
  return word.length % 2 === 0 && /^[0-9a-f]+$/i.test(word);
}

function numbersIn(source: string): Uint8Array[] {
  const numbers = [...source.matchAll(/\b(0x[0-9a-f_]+|\d[\d_]*)\b/gi)];
  return numbers
    .map(([number]) => Number(number.replaceAll('_', '')))
    .filter((number) => Number.isSafeInteger(number) && number > 1)
    .map(bytesOfNumber);
}
