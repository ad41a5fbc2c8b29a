import { decode } from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { concat, equal, hex } from '../bytes.ts';
import { type Cbor, cborDepthMax, decodeCbor, encodeCbor } from './cbor.ts';

/** RFC 8949 appendix A. */
const vectors: readonly (readonly [string, Cbor])[] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1_000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['20', -1],
  ['3863', -100],
  ['3903e7', -1_000],
  ['f93e00', 1.5],
  ['fb3ff199999999999a', 1.1],
  ['fa7f7fffff', 3.4028234663852886e38],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['40', new Uint8Array()],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['6449455446', 'IETF'],
  ['62c3bc', '\u00fc'],
  ['64f0908591', '\u{10151}'],
  ['80', []],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    'a26161016162820203',
    new Map<string, Cbor>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
];

test.each(vectors)('reads and writes %s of RFC 8949', (bytes, value) => {
  expect(hex(encodeCbor(value))).toBe(bytes);
  expect(decodeCbor(bytesOf(bytes))).toEqual(value);
});

test('writes map keys in the order of their bytes, whatever the order of the map', () => {
  const keys = ['aa', -1, 'z', 100, 10, -65_537];

  const bytes = encodeCbor(new Map(keys.map((key) => [key, 0])));

  expect(hex(bytes)).toBe('a60a0018640020003a0001000000617a0062616100');
});

const refused = [
  ['no bytes', ''],
  ['an integer longer than it need be', '1817'],
  ['an integer of four bytes that fits one', '1a00000001'],
  ['a length longer than it need be', '580101'],
  ['an array length longer than it need be', '980100'],
  ['a map length longer than it need be', 'b8010000'],
  ['a float that fits a shorter one', 'fa3fc00000'],
  ['a float that is an integer', 'f93c00'],
  ['minus zero', 'f98000'],
  ['NaN', 'f97e00'],
  ['infinity', 'f97c00'],
  ['text keys out of order', 'a2616200616100'],
  ['integer keys out of order', 'a220000100'],
  ['a text key before an integer key', 'a26161000100'],
  ['a text key twice', 'a2616100616101'],
  ['an integer key twice', 'a201000101'],
  ['a key of bytes', 'a1416100'],
  ['a key of bytes twice', 'a2416100416101'],
  ['a key that is an array', 'a1816161f5'],
  ['a key that is a fraction', 'a1f93e0000'],
  ['a key that is true', 'a1f500'],
  ['a wrong key deep inside', '81a101a1416100'],
  ['an array without a length', '9f01ff'],
  ['a map without a length', 'bf616101ff'],
  ['bytes without a length', '5f4101ff'],
  ['text without a length', '7f6161ff'],
  ['a break', 'ff'],
  ['a tag', 'c100'],
  ['the self-described tag', 'd9d9f700'],
  ['undefined', 'f7'],
  ['an unassigned simple value', 'f0'],
  ['a reserved length', '1c'],
  ['a bignum integer', '1b0020000000000000'],
  ['an integer just below the safe ones', '3b001fffffffffffff'],
  ['the greatest argument', '1bffffffffffffffff'],
  ['half a float', 'f93e'],
  ['text that is not UTF-8', '61ff'],
  ['text with half a surrogate pair', '63eda080'],
  ['an item after the item', '0000'],
  ['half an integer', '1903'],
  ['half a text', '6261'],
  ['half an array', '8201'],
  ['half a map', 'a101'],
  ['an array that claims 2^53 items', '9b0020000000000000'],
  ['bytes that claim 2^32 bytes', '5b0000000100000000'],
];

test.each(refused)('refuses %s', (_, bytes) => {
  expect(decodeCbor(bytesOf(bytes))).toBeUndefined();
});

test('does not know text that begins with a byte order mark', () => {
  expect(decodeCbor(bytesOf('64efbbbf61'))).toBeUndefined();
  expect(decodeCbor(bytesOf('6461efbbbf'))).toBe('a\ufeff');
});

function nestedArrays(depth: number): Uint8Array {
  return concat(new Uint8Array(depth - 1).fill(0x81), Uint8Array.of(0x80));
}

function nestedMaps(depth: number): Uint8Array {
  return concat(bytesOf('a100'.repeat(depth - 1)), Uint8Array.of(0xa0));
}

test.each([
  ['arrays', nestedArrays],
  ['maps', nestedMaps],
])('nests %s to the deepest level and no further', (_, nested) => {
  expect(decodeCbor(nested(cborDepthMax))).toBeDefined();
  expect(decodeCbor(nested(cborDepthMax + 1))).toBeUndefined();
  expect(decodeCbor(nested(1_000))).toBeUndefined();
  expect(decodeCbor(nested(100_000))).toBeUndefined();
});

const key = fc.oneof(fc.maxSafeInteger(), fc.string());

/** Every value of the type, small. */
const { value: someCbor } = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.string({ unit: fc.constantFrom('a', '\0', '\u00e9', '\u6f22', '\u{1f68c}') }),
    fc.constantFrom(true, false, null),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

test('reads back whatever it wrote', () => {
  fc.assert(
    fc.property(someCbor, (value) => {
      expect(decodeCbor(encodeCbor(value))).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

test('reads of all halves those that are written as halves', () => {
  const differing = Array.from({ length: 0x8000 }, (_, bits) =>
    Uint8Array.of(0xf9, bits >> 8, bits & 0xff),
  ).filter((bytes) => !isSame(decodeCbor(bytes), decodedByCborg(bytes)));

  expect(differing.map(hex)).toEqual([]);
});

test('gives every value one spelling: what it reads it writes the same', () => {
  const altered = fc.tuple(someCbor, fc.nat(), fc.nat(255));

  fc.assert(
    fc.property(altered, ([value, place, byte]) => {
      const bytes = encodeCbor(value);
      bytes[place % bytes.length] = byte;
      const read = decodeCbor(bytes);

      expect(read === undefined || hex(encodeCbor(read)) === hex(bytes)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      const read = decodeCbor(bytes);

      expect(read === undefined || encodeCbor(read).length === bytes.length).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

/** What cborg makes of the bytes, if it would write them again as they are. */
function decodedByCborg(bytes: Uint8Array): Cbor | undefined {
  try {
    const value: Cbor = decode(bytes, {
      useMaps: true,
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    });
    return isOurs(value, cborDepthMax) && equal(encodeCbor(value), bytes) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** cborg also reads maps with keys of other kinds, and nests further. */
function isOurs(value: Cbor, depth: number): boolean {
  if (Array.isArray(value)) return depth > 0 && value.every((item) => isOurs(item, depth - 1));
  if (!(value instanceof Map)) return true;
  const keysFit = [...value.keys()].every((key) => typeof key === 'string' || isInteger(key));
  return depth > 0 && keysFit && [...value.values()].every((item) => isOurs(item, depth - 1));
}

function isInteger(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function isSame(left: Cbor | undefined, right: Cbor | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return equal(encodeCbor(left), encodeCbor(right));
}

/** Initial bytes at the edges of what is ours, and the bytes of U+FEFF. */
const telling = bytesOf(
  '0017181b1c1f20383b40585f60787f8081989b9fa0a1a2b8bfc0d8e0f4f5f6f7f8f9fafbffefbbbf',
);
const someByte = fc.oneof(fc.constantFrom(...telling), fc.nat(255));

/** The bytes of a value, altered at some places, cut or with more behind them, or not at all. */
const someBytes = fc
  .record({
    bytes: fc.oneof(someCbor.map(encodeCbor), fc.uint8Array({ minLength: 1, maxLength: 12 })),
    altered: fc.array(fc.tuple(fc.nat(), someByte), { maxLength: 3 }),
    cut: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(3)),
    more: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(someByte, { maxLength: 2 })),
  })
  .map(({ bytes, altered, cut, more }) => {
    const whole = new Uint8Array(bytes);
    for (const [place, byte] of altered) whole[place % whole.length] = byte;
    return concat(whole.subarray(0, Math.max(0, whole.length - cut)), Uint8Array.from(more));
  });

test('accepts what cborg accepts and writes alike, as the same value, and nothing else', () => {
  fc.assert(
    fc.property(someBytes, (bytes) => {
      expect(decodeCbor(bytes)).toEqual(decodedByCborg(bytes));
    }),
    { numRuns: 3_000 },
  );
});
