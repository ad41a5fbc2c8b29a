import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import {
  encodeIdLengthValue,
  type IdLengthValue,
  idLengthValueCharactersMax,
  readIdLengthValue,
} from './id-length-value.ts';

/** For these tests: 26 is a template, and 26.50 in it. */
const isTemplate = (path: string) => path === '26' || path === '26.50';

/** As `id=value` and, for an opened template, `id(inner)`. */
function outline(objects: readonly IdLengthValue[]): string {
  return objects
    .map(({ id, value, inner }) =>
      inner.length === 0 ? `${id}=${value}` : `${id}(${outline(inner)})`,
    )
    .join(' ');
}

function read(text: string) {
  const { objects, fault } = readIdLengthValue(utf8(text), isTemplate);
  return { objects: outline(objects), fault };
}

test.each([
  ['nothing', '', ''],
  ['one object', '0003abc', '00=abc'],
  ['objects in any order', '0701x0002yz', '07=x 00=yz'],
  ['a template', '26110002ab0101c', '26(00=ab 01=c)'],
  ['a template in a template', '260950050001x', '26(50(00=x))'],
  ['what looks like an object where none is expected', '27050001x', '27=0001x'],
  ['characters of more bytes than one', '0002北京0102é!', '00=北京 01=é!'],
  ['a character beyond the first plane as one', '0001🚌0101x', '00=🚌 01=x'],
  ['the longest value', `0099${'x'.repeat(99)}`, `00=${'x'.repeat(99)}`],
])('reads %s', (_, text, objects) => {
  expect(read(text)).toEqual({ objects, fault: undefined });
});

test.each([
  ['half an ID', '0', '', 'ends inside an object at byte 0'],
  ['no length', '0001x01', '00=x', 'ends inside an object at byte 5'],
  ['half a length', '0001x010', '00=x', 'ends inside an object at byte 5'],
  ['an ID of letters', 'ab01x', '', 'no ID of two digits at byte 0'],
  ['an ID of digits of another script', '٠٠01x', '', 'no ID of two digits at byte 0'],
  ['a length of letters', '00xxy', '', 'no length from 01 to 99 at byte 2'],
  ['a length with a sign', '00+1y', '', 'no length from 01 to 99 at byte 2'],
  ['a length of nothing', '00000101x', '', 'no length from 01 to 99 at byte 2'],
  ['less value than its length says', '0003ab', '', 'value runs past its end at byte 4'],
  ['bytes counted for characters', '0006北京', '', 'value runs past its end at byte 4'],
  ['an ID twice', '0001x0101y0001z', '00=x 01=y', 'ID 00 twice at byte 10'],
  ['an ID twice in a template', '26100001x0001y', '26(00=x)', 'ID 26.00 twice at byte 9'],
  [
    'an inner value past its template',
    '26050009x0101',
    '26=0009x',
    'value runs past its end at byte 8',
  ],
  ['a fault after wide characters', '0001é01', '00=é', 'ends inside an object at byte 6'],
])('refuses %s, and names the byte', (_, text, objects, fault) => {
  expect(read(text)).toEqual({ objects, fault });
});

test.each([
  ['a byte that begins nothing', [0xff], 0],
  ['half a character', [0x30, 0x30, 0x30, 0x31, 0xe5, 0x8c], 4],
  ['a character longer than it need be', [0x30, 0x30, 0x30, 0x31, 0xc0, 0xb0], 4],
  ['half of a surrogate pair', [0x30, 0x30, 0x30, 0x31, 0xed, 0xa0, 0x80], 4],
])('refuses %s as no UTF-8, and names the byte', (_, bytes, at) => {
  const read = readIdLengthValue(Uint8Array.from(bytes), isTemplate);

  expect(read).toEqual({ objects: [], fault: `not UTF-8 at byte ${at}` });
});

test('takes a byte order mark for the character that it is', () => {
  expect(read('\ufeff0001x').fault).toBe('no ID of two digits at byte 0');
});

test('reads the longest text and none longer', () => {
  const ids = ['00', '01', '02', '03'];
  const text = encodeIdLengthValue(ids.map((id) => [id, 'é'.repeat(99)]));
  const longest = text + encodeIdLengthValue([['04', 'x'.repeat(96)]]);
  const longer = text + encodeIdLengthValue([['04', 'x'.repeat(97)]]);

  expect([...longest].length).toBe(idLengthValueCharactersMax);
  expect(read(longest).fault).toBeUndefined();
  expect(read(longer).fault).toBe('longer than 512 characters');
});

test('tells where each value lies in the bytes', () => {
  const bytes = utf8('2612000399é0101x');
  const slices = readIdLengthValue(bytes, isTemplate).objects.flatMap(({ inner }) =>
    inner.map(({ offset, bytes: count }) =>
      new TextDecoder().decode(bytes.subarray(offset, offset + count)),
    ),
  );

  expect(slices).toEqual(['99é', 'x']);
});

test.each([
  ['\x7f', 1],
  ['\x80', 2],
  ['\u07ff', 2],
  ['\u0800', 3],
  ['\uffff', 3],
  ['\u{10000}', 4],
  ['\u{10ffff}', 4],
])('counts the bytes of a character at a border: %j has %i', (character, count) => {
  const { objects } = readIdLengthValue(utf8(`0001${character}0101x`), isTemplate);

  expect(objects.map(({ offset, bytes }) => [offset, bytes])).toEqual([
    [4, count],
    [8 + count, 1],
  ]);
});

test.each([
  ['an ID of one digit', '1', 'x'],
  ['an ID of letters', 'ab', 'x'],
  ['no value', '00', ''],
  ['a value too long', '00', 'x'.repeat(100)],
])('writes no object with %s', (_, id, value) => {
  expect(() => encodeIdLengthValue([[id, value]])).toThrow(RangeError);
});

const ids = fc.uniqueArray(
  fc.integer({ min: 0, max: 99 }).map((id) => String(id).padStart(2, '0')),
  { maxLength: 5 },
);
const values = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }).filter((value) => {
  const { length } = [...value];
  return length >= 1 && length <= 99;
});

test('reads back every object that it wrote', () => {
  const objects = ids.chain((some) =>
    fc.tuple(...some.map((id) => values.map((value) => [id, value] as const))),
  );

  fc.assert(
    fc.property(objects, (written) => {
      const text = encodeIdLengthValue(written);
      fc.pre([...text].length <= idLengthValueCharactersMax);
      const { objects: found, fault } = readIdLengthValue(utf8(text), () => false);

      expect(fault).toBeUndefined();
      expect(found.map(({ id, value }) => [id, value])).toEqual(written);
    }),
  );
});

test('never throws: gives objects inside the bytes, and writes what it read the same', () => {
  const noise = fc.string({ unit: fc.constantFrom('0', '1', '2', '6', 'é'), maxLength: 60 });

  fc.assert(
    fc.property(noise, (text) => {
      const { objects, fault } = readIdLengthValue(utf8(text), isTemplate);
      const again = encodeIdLengthValue(objects.map(({ id, value }) => [id, value]));

      expect(fault === undefined ? again === text : text.startsWith(again)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
