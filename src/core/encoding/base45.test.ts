import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex, latin1 } from '../bytes.ts';
import { base45FlawAt, decodeBase45, encodeBase45 } from './base45.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** RFC 9285 §4.3 and §4.4, and the smallest and largest groups. */
const vectors = [
  ['4142', 'BB8'],
  ['48656c6c6f2121', '%69 VD92EX0'],
  ['626173652d3435', 'UJCLQE7W581'],
  ['6965746621', 'QED8WEX0'],
  ['', ''],
  ['00', '00'],
  ['0000', '000'],
  ['ff', 'U5'],
  ['ffff', 'FGW'],
] as const;

test.each(vectors)('writes %s as "%s" and reads it back', (bytes, text) => {
  const decoded = decodeBase45(text);

  expect(encodeBase45(Buffer.from(bytes, 'hex'))).toBe(text);
  expect(decoded && hex(decoded)).toBe(bytes);
});

test.each([
  ['a lone symbol', 'B'],
  ['a lone symbol after a group', 'BB8B'],
  ['a small letter', 'bB8'],
  ['a symbol outside the alphabet', 'B_8'],
  ['a symbol outside the alphabet at the end', 'BB8B?'],
  ['a letter outside ASCII', 'B\u00c48'],
  ['a line end', 'BB\n'],
  ['the first value past two bytes', 'GGW'],
  ['the largest group', ':::'],
  ['the first value past one byte', 'V5'],
  ['the largest pair', '::'],
])('refuses %s', (_, text) => {
  expect(decodeBase45(text)).toBeUndefined();
});

test.each([
  ['a lone symbol after a group', 'BB8B', 3],
  ['a small letter', 'bB8', 0],
  ['a symbol outside the alphabet, before the group that is too large', 'GGWBB8B_', 7],
  ['a letter outside ASCII', 'BB8B\u00c4', 4],
  ['a group that is worth too much', 'BB8GGW', 3],
  ['a pair that is worth too much', 'BB8::', 3],
])('finds %s in "%s"', (_, text, at) => {
  expect(base45FlawAt(text)).toBe(at);
});

test('finds a flaw in what it cannot read, and in nothing else', () => {
  const text = fc.string({ unit: fc.constantFrom(...alphabet, 'a', '_'), maxLength: 12 });

  fc.assert(
    fc.property(text, (spelling) => {
      expect(base45FlawAt(spelling) === undefined).toBe(decodeBase45(spelling) !== undefined);
    }),
  );
});

test('keeps spaces at both ends, for they are symbols', () => {
  const decoded = decodeBase45('  0  0');

  expect(decoded && encodeBase45(decoded)).toBe('  0  0');
});

test('reads back whatever bytes it wrote, in the alphabet of QR alphanumeric mode', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase45(bytes);

      expect(decodeBase45(text)).toEqual(bytes);
      expect([...text].every((symbol) => alphabet.includes(symbol))).toBe(true);
    }),
  );
});

test('gives every byte sequence one spelling: what it reads it writes the same', () => {
  const text = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 });

  fc.assert(
    fc.property(text, (spelling) => {
      const bytes = decodeBase45(spelling);

      expect(bytes === undefined || encodeBase45(bytes) === spelling).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('never throws, whatever the text, and gives two bytes for three symbols', () => {
  const text = fc.uint8Array({ maxLength: 1_024 }).map(latin1);

  fc.assert(
    fc.property(text, (symbols) => {
      const bytes = decodeBase45(symbols);

      expect(bytes?.length ?? Math.floor((symbols.length * 2) / 3)).toBe(
        Math.floor((symbols.length * 2) / 3),
      );
    }),
  );
});
