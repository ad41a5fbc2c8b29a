import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { type ProtobufField, protobufFieldsMax, readProtobuf } from './protobuf.ts';

/** As `number:value`, byte strings and fixed words in hexadecimal after an x. */
function outline(fields: readonly ProtobufField[]): string {
  return fields
    .map(({ number, kind, value }) => `${number}:${kind === 'varint' ? value : `x${hex(value)}`}`)
    .join(' ');
}

function read(bytes: string) {
  const { fields, fault } = readProtobuf(bytesOf(bytes));
  return { fields: outline(fields), fault };
}

test.each([
  // The three examples of protobuf.dev, "Encoding": a number, a string, a message in a message.
  ['150 in field 1', '089601', '1:150'],
  ['"testing" in field 2', '120774657374696e67', '2:x74657374696e67'],
  ['a message in field 3', '1a03089601', '3:x089601'],
  ['nothing', '', ''],
  ['zero', '0800', '1:0'],
  ['an empty string', '0a00', '1:x'],
  ['eight fixed bytes', '090102030405060708', '1:x0102030405060708'],
  ['four fixed bytes', '0d01020304', '1:x01020304'],
  ['a field twice', '08010802', '1:1 1:2'],
  ['a number longer than it need be', '08808000', '1:0'],
  ['the largest exact number', '08ffffffffffffff0f', `1:${Number.MAX_SAFE_INTEGER}`],
  ['the largest field number', 'f8ffffff0f01', '536870911:1'],
])('reads %s', (_, bytes, fields) => {
  expect(read(bytes)).toEqual({ fields, fault: undefined });
});

test('reads minus one, which is above every exact number', () => {
  const [field] = readProtobuf(bytesOf('08ffffffffffffffffff01')).fields;

  expect(Number(field?.value)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
});

test.each([
  ['half a tag', '80', '', 'ends inside a number at byte 0'],
  ['no value', '0801 10', '1:1', 'ends inside a number at byte 3'],
  ['half a number', '0880', '', 'ends inside a number at byte 1'],
  [
    'a number of eleven bytes',
    `08${'80'.repeat(10)}01`,
    '',
    'number longer than 10 bytes at byte 1',
  ],
  ['field number zero', '0001', '', 'no field number at byte 0'],
  ['a field number too large', '808080801001', '', 'no field number at byte 0'],
  ['the begin of a group', '0b0c', '', 'wire type 3 is not allowed at byte 0'],
  ['the end of a group', '0c', '', 'wire type 4 is not allowed at byte 0'],
  ['wire type 6', '0e', '', 'wire type 6 is not allowed at byte 0'],
  ['wire type 7', '0801 0f', '1:1', 'wire type 7 is not allowed at byte 2'],
  ['a string without its length', '0a', '', 'ends inside a number at byte 1'],
  ['less string than its length says', '0a0241', '', 'value runs past its end at byte 2'],
  ['a length of gigabytes', '0affffffff0f41', '', 'value runs past its end at byte 6'],
  ['seven of eight fixed bytes', '0901020304050607', '', 'value runs past its end at byte 1'],
  ['three of four fixed bytes', '0d010203', '', 'value runs past its end at byte 1'],
])('refuses %s, and names the byte', (_, bytes, fields, fault) => {
  expect(read(bytes.replace(' ', ''))).toEqual({ fields, fault });
});

test('reads the most fields and none more', () => {
  const most = '0801'.repeat(protobufFieldsMax);

  expect(read(most).fault).toBeUndefined();
  expect(read(`${most}0801`).fault).toBe('more than 32 fields at byte 64');
});

test('never throws: gives fields one behind the other, inside the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const { fields, fault } = readProtobuf(bytes);
      const ends = fields.map(({ offset, bytes: count }) => offset + count);

      expect(fields.every(({ offset }, index) => offset > (ends[index - 1] ?? 0))).toBe(true);
      const end = ends.at(-1) ?? 0;
      expect(fault === undefined ? end === bytes.length : end <= bytes.length).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
