import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import { hex } from '../../bytes.ts';
import { type Cbor, encodeCbor } from '../../crypto/cbor.ts';
import { faulty } from '../../parsed.ts';
import { encodePass, parsePass } from './transit-pass.ts';

const validity = { notBefore: 1_793_577_600, expires: 1_809_129_600 };
const pass = { product: 'langganan', ...validity, riderCategory: 'pelajar' };

function fileOf(map: ReadonlyMap<number, Cbor>): Uint8Array {
  const content = encodeCbor(map);
  const file = new Uint8Array(96);
  file.set([content.length, ...content]);
  return file;
}

test('writes a length, a map and zeros', () => {
  expect(hex(encodePass({ riderCategory: 'lansia' }))).toBe(
    `09a104666c616e736961${'00'.repeat(86)}`,
  );
});

test.each([
  ['a product and a category', pass],
  ['a product', { product: 'langganan', ...validity }],
  ['a category', { riderCategory: 'lansia' }],
  ['an issue number', { issue: bytesOf('a1a2a3a4a5a6a7a8') }],
  ['all of it', { ...pass, issue: bytesOf('a1a2a3a4a5a6a7a8') }],
  ['no pass', undefined],
])('reads %s back', (_, held) => {
  expect(parsePass(encodePass(held))).toEqual({ ok: true, value: held });
});

test('reads back whatever it writes', () => {
  const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 32 });
  const seconds = fc.nat(2 ** 31 - 1);
  const product = fc
    .tuple(text, seconds, seconds)
    .map(([id, from, length]) => ({ product: id, notBefore: from, expires: from + length + 1 }));
  const held = fc.oneof(
    product,
    fc.record({ riderCategory: text }),
    fc.tuple(product, text).map(([sold, riderCategory]) => ({ ...sold, riderCategory })),
    fc
      .tuple(product, text, fc.uint8Array({ minLength: 8, maxLength: 8 }))
      .map(([sold, riderCategory, issue]) => ({ ...sold, riderCategory, issue })),
  );
  fc.assert(
    fc.property(held, (any) => {
      const file = encodePass(any);

      expect(file).toHaveLength(96);
      expect(parsePass(file)).toEqual({ ok: true, value: any });
    }),
  );
});

test('writes again what it could read, unless a newer issuer added to it', () => {
  const file = fc.uint8Array({ minLength: 96, maxLength: 96 });
  fc.assert(
    fc.property(file, (bytes) => {
      const read = parsePass(bytes);

      if (read.ok) expect(hex(encodePass(read.value))).toBe(hex(bytes));
    }),
  );
});

test('ignores what a newer issuer adds', () => {
  expect(
    parsedValue(
      parsePass(
        fileOf(
          new Map<number, Cbor>([
            [4, 'lansia'],
            [9, 1],
          ]),
        ),
      ),
    ),
  ).toEqual({ riderCategory: 'lansia' });
});

test.each<[string, Uint8Array, string]>([
  ['a byte less', new Uint8Array(95), '95 bytes'],
  ['a length past its end', new Uint8Array(96).fill(0x60, 0, 1), 'its length at byte 0'],
  ['something behind no pass', new Uint8Array(96).fill(1, 95), 'not zero at byte 95'],
  ['something behind the map', fileOf(new Map([[4, 'x']])).fill(1, 6, 7), 'not zero at byte 6'],
  ['no map', bytesOf(`0101${'00'.repeat(94)}`), 'no map at byte 1'],
  ['an empty map', fileOf(new Map()), 'neither product nor category'],
  ['an empty category', fileOf(new Map([[4, '']])), 'rider category'],
  ['a long category', fileOf(new Map([[4, 'x'.repeat(33)]])), 'rider category'],
  ['a category that is a number', fileOf(new Map([[4, 1]])), 'rider category'],
  ['a short issue number', fileOf(new Map([[5, bytesOf('a1a2a3a4a5a6a7')]])), 'issue number'],
  ['an issue number that is text', fileOf(new Map([[5, 'a1a2a3a4']])), 'issue number'],
  ['times without a product', fileOf(new Map([[2, 1]])), 'product'],
  ['a product without times', fileOf(new Map([[1, 'x']])), 'validity'],
  [
    'a product without an end',
    fileOf(
      new Map<number, Cbor>([
        [1, 'x'],
        [2, 1],
      ]),
    ),
    'validity',
  ],
  [
    'a product that begins before 1970',
    fileOf(
      new Map<number, Cbor>([
        [1, 'x'],
        [2, -1],
        [3, 5],
      ]),
    ),
    'validity',
  ],
  [
    'a product that expires when it begins',
    fileOf(
      new Map<number, Cbor>([
        [1, 'x'],
        [2, 5],
        [3, 5],
      ]),
    ),
    'expires before it begins',
  ],
])('reads no pass with %s', (_, file, what) => {
  expect(parsePass(file)).toEqual(faulty('malformed-token', `pass on card: ${what}`));
});

test('writes no pass that is longer than the file', () => {
  expect(() => encodePass({ riderCategory: '€'.repeat(32) })).toThrow(RangeError);
});
