import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue, tlv } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { faulty } from '../parsed.ts';
import {
  findTlv,
  parseTlv,
  type Tlv,
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
  ['an inner length taken from the object after', '61029f7401', 'ends inside an object at byte 4'],
])('refuses %s and names the byte', (_, bytes, detail) => {
  expect(parseTlv(bytesOf(bytes))).toEqual(faulty('malformed-token', detail));
});

function nested(levels: number): Uint8Array {
  return levels === 0 ? new Uint8Array() : tlv('61', nested(levels - 1));
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
  const full = tlv('61', bytesOf('5000'.repeat(tlvObjectsMax - 1)));
  const above = tlv('61', bytesOf('5000'.repeat(tlvObjectsMax)));

  expect(parseTlv(full).ok).toBe(true);
  expect(parseTlv(above)).toEqual(faulty('malformed-token', 'more than 64 objects at byte 129'));
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

test('reads back every tree that was written', () => {
  const leaf = fc.tuple(fc.constantFrom('50', '5F20', 'DF8129'), fc.uint8Array({ maxLength: 200 }));

  fc.assert(
    fc.property(fc.array(leaf, { minLength: 1, maxLength: 8 }), (leaves) => {
      const objects = parsedValue(
        parseTlv(tlv('61', ...leaves.map(([tag, value]) => tlv(tag, value)))),
      );

      expect(objects[0]?.inner.map(({ tag, value }) => [tag, hex(value)])).toEqual(
        leaves.map(([tag, value]) => [tag, hex(value)]),
      );
    }),
  );
});
