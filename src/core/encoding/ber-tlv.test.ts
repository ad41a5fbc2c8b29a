import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../sim/testing/builders.ts';
import { concat, hex } from '../bytes.ts';
import { faulty } from '../parsed.ts';
import {
  encodeTlv,
  findTlv,
  parseTlv,
  readTlv,
  type Tlv,
  tlvBytesMax,
  tlvDepthMax,
  tlvObjectsMax,
  tlvTagBytesMax,
} from './ber-tlv.ts';

/** As `tag=value` and, for a constructed object, `tag(inner)`. */
function outline(objects: readonly Tlv[]): string {
  return objects
    .map(({ tag, value, inner }) =>
      inner.length === 0 ? `${tag}=${hex(value)}` : `${tag}(${outline(inner)})`,
    )
    .join(' ');
}

test('reads the EMVCo sample: tags of one byte, opened where they are constructed', () => {
  const sample = '85054350563031611A4F07A0000000555555570F1234567890123458D191220112345F';

  const objects = parsedValue(parseTlv(bytesOf(sample)));

  expect(outline(objects)).toBe(
    '85=4350563031 61(4F=a0000000555555 57=1234567890123458d191220112345f)',
  );
});

test('keeps the whole inside of a constructed object as its value too', () => {
  const [template] = parsedValue(parseTlv(bytesOf('61044f02a0b0')));

  expect(template && hex(template.value)).toBe('4f02a0b0');
});

test('tells of each object where its value begins', () => {
  const offsets = (objects: readonly Tlv[]): unknown[] =>
    objects.map(({ tag, offset, inner }) => [tag, offset, ...offsets(inner)]);

  const objects = parsedValue(
    parseTlv(bytesOf('850155618108 63039f7400 5001aa'.replaceAll(' ', ''))),
  );

  expect(offsets(objects)).toEqual([
    ['85', 2],
    ['61', 6, ['63', 8, ['9F74', 11]], ['50', 13]],
  ]);
});

test.each([
  ['no bytes', '', ''],
  ['an empty object', '5000', '50='],
  ['an empty constructed object', '6100', '61='],
  ['the same tag twice', '500101500102', '50=01 50=02'],
  ['a tag of two bytes', '9f740155', '9F74=55'],
  ['a tag of three bytes', 'df81290155', 'DF8129=55'],
  ['a length of two bytes', `508180${'ab'.repeat(128)}`, `50=${'ab'.repeat(128)}`],
  ['a length of three bytes', `50820100${'ab'.repeat(256)}`, `50=${'ab'.repeat(256)}`],
  ['a length longer than it need be', '5082000101', '50=01'],
  ['padding at the beginning of a template', '6105000050010a', '61(50=0a)'],
  [
    'padding between and after the objects of a template',
    '61085001010000500102',
    '61(50=01 50=02)',
  ],
  ['a template of padding alone', '61020000', '61=0000'],
  ['zeros inside a value', '5003000000', '50=000000'],
  ['a private tag', 'c402abcd', 'C4=abcd'],
  ['what looks like objects inside a primitive one', '9f76035001aa', '9F76=5001aa'],
])('reads %s', (_, bytes, expected) => {
  expect(outline(parsedValue(parseTlv(bytesOf(bytes))))).toBe(expected);
});

test.each([
  ['nothing after the tag', '50', 'ends inside an object at byte 1'],
  ['half a tag', '9f', 'ends inside an object at byte 1'],
  ['a tag of four bytes', '5000df81828301', 'tag too long at byte 2'],
  ['the indefinite length', '5080aa0000', 'length 80 is not allowed at byte 1'],
  ['a length of four bytes', '5083000001aa', 'length 83 is not allowed at byte 1'],
  ['a length byte that is reserved', '500050ff', 'length FF is not allowed at byte 3'],
  ['half a length of two bytes', '5081', 'ends inside an object at byte 2'],
  ['half a length of three bytes', '508201', 'ends inside an object at byte 3'],
  ['less value than its length says', '5002aa', 'value runs past its end at byte 2'],
  [
    'an inner object longer than its outer one',
    '61035002aabbcc',
    'value runs past its end at byte 4',
  ],
  ['an inner length past its outer object', '61015000', 'ends inside an object at byte 3'],
  ['padding before the first object', '005000', 'padding outside a template at byte 0'],
  ['padding after the last object', '500000', 'padding outside a template at byte 2'],
  ['an inner length taken from the object after', '61029f7401', 'ends inside an object at byte 4'],
])('refuses %s and names the byte', (_, bytes, detail) => {
  expect(parseTlv(bytesOf(bytes))).toEqual(faulty('malformed-token', detail));
});

function nested(levels: number): Uint8Array {
  return levels === 0 ? new Uint8Array() : encodeTlv('61', nested(levels - 1));
}

test('opens constructed objects down to the deepest level and no further', () => {
  const deepest = parseTlv(nested(tlvDepthMax - 1));
  const tooDeep = parseTlv(nested(tlvDepthMax));

  expect(outline(parsedValue(deepest))).toBe('61(61(61=))');
  expect(tooDeep).toEqual(faulty('malformed-token', 'more than 4 levels deep at byte 8'));
});

test('reads a tag of the most bytes and none longer', () => {
  const tagOf = (bytes: number) => `5f${'81'.repeat(bytes - 2)}01`;
  const longest = parseTlv(bytesOf(`${tagOf(tlvTagBytesMax)}00`));
  const longer = parseTlv(bytesOf(`${tagOf(tlvTagBytesMax + 1)}00`));

  expect(outline(parsedValue(longest))).toBe('5F8101=');
  expect(longer).toEqual(faulty('malformed-token', 'tag too long at byte 0'));
});

test('counts the objects of all levels against one bound', () => {
  const full = encodeTlv('61', bytesOf('5000'.repeat(tlvObjectsMax - 1)));
  const above = encodeTlv('61', bytesOf('5000'.repeat(tlvObjectsMax)));

  expect(parseTlv(full).ok).toBe(true);
  expect(parseTlv(above)).toEqual(faulty('malformed-token', 'more than 64 objects at byte 129'));
});

test('refuses what is longer than any code before it reads it', () => {
  const value = new Uint8Array(tlvBytesMax - 4);
  const longest = encodeTlv('50', value);

  expect(parseTlv(longest).ok).toBe(true);
  expect(parseTlv(concat(longest, bytesOf('5000')))).toEqual(
    faulty('malformed-token', 'longer than 4096 bytes'),
  );
});

test.each([
  ['the end of the bytes', '500101 5a02ff', '50=01', 'value runs past its end at byte 5'],
  [
    'a fault inside a template',
    '6106 4f01aa 50 0500',
    '61(4F=aa)',
    'value runs past its end at byte 7',
  ],
  ['a length that is not allowed', '8501aa 6193 00', '85=aa', 'length 93 is not allowed at byte 4'],
])('keeps what was read before %s', (_, bytes, read, fault) => {
  const reading = readTlv(bytesOf(bytes.replaceAll(' ', '')));

  expect(outline(reading.objects)).toBe(read);
  expect(reading.fault).toBe(fault);
});

test.each([
  [0, '5000'],
  [0x7f, `507f${'00'.repeat(0x7f)}`],
  [0x80, `508180${'00'.repeat(0x80)}`],
  [0xff, `5081ff${'00'.repeat(0xff)}`],
  [0x100, `50820100${'00'.repeat(0x100)}`],
])('writes a value of %i bytes with the shortest length', (length, expected) => {
  expect(hex(encodeTlv('50', new Uint8Array(length)))).toBe(expected);
});

test('writes no value that a length of three bytes cannot tell', () => {
  expect(encodeTlv('50', new Uint8Array(0xffff)).length).toBe(0xffff + 4);
  expect(() => encodeTlv('50', new Uint8Array(0x10000))).toThrow(RangeError);
});

test('finds the first object with a tag, at its own level only', () => {
  const objects = parsedValue(parseTlv(bytesOf('6104500211225001aa5001bb')));

  expect(findTlv(objects, '50')?.value).toEqual(bytesOf('aa'));
  expect(findTlv(objects, '5A')).toBeUndefined();
});

test('never throws: gives objects inside the bytes, or a fault at a byte of theirs', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const result = parseTlv(bytes);

      if (result.ok)
        expect(result.value.every(({ value }) => value.length < bytes.length)).toBe(true);
      else expect(Number(/at byte (\d+)$/.exec(result.fault.detail)?.[1])).toBeLessThanOrEqual(64);
    }),
    { numRuns: 2_000 },
  );
});

interface Tree {
  readonly tag: string;
  readonly value: Uint8Array | readonly Tree[];
}

const { tree } = fc.letrec<{ tree: Tree; leaf: Tree; branch: Tree }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small', maxDepth: 2 }, tie('leaf'), tie('branch')),
  leaf: fc.record({
    tag: fc.constantFrom('50', '5F20', '9F74', 'C4', 'DF8129'),
    value: fc.uint8Array({ maxLength: 300 }),
  }),
  branch: fc.record({
    tag: fc.constantFrom('61', '63', 'FF8102'),
    value: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
  }),
}));

function written({ tag, value }: Tree): Uint8Array {
  return value instanceof Uint8Array
    ? encodeTlv(tag, value)
    : encodeTlv(tag, ...value.map(written));
}

function asRead({ tag, value, inner }: Tlv): Tree {
  return { tag, value: inner.length === 0 ? value : inner.map(asRead) };
}

function isWithin({ offset, value, inner }: Tlv, bytes: Uint8Array): boolean {
  const there = bytes.subarray(offset, offset + value.length);
  return hex(there) === hex(value) && inner.every((object) => isWithin(object, bytes));
}

test('reads back every tree that was written, each value where its offset says', () => {
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 3 }), (trees) => {
      const bytes = concat(...trees.map(written));
      fc.pre(bytes.length <= tlvBytesMax);

      const objects = parsedValue(parseTlv(bytes));

      expect(objects.map(asRead)).toEqual(trees);
      expect(objects.every((object) => isWithin(object, bytes))).toBe(true);
    }),
  );
});
