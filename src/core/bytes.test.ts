import { expect, test } from 'vitest';
import { base64Decode, concat, equal, hex, latin1, utf8 } from './bytes.ts';

/** Bytes that lie in the middle of a larger buffer, as a reader hands them on. */
const view = Uint8Array.from([1, 2, 0xe9, 0xff, 3]).subarray(2, 4);

test('reads a view of a larger buffer and nothing around it', () => {
  expect(latin1(view)).toBe('\u00e9\u00ff');
  expect(hex(view)).toBe('e9ff');
  expect(hex(concat(view, new Uint8Array(), view))).toBe('e9ffe9ff');
});

test('writes text as UTF-8', () => {
  expect(hex(utf8('Rp \u00e9'))).toBe('527020c3a9');
});

test.each([
  ['same bytes', [1, 2], [1, 2], true],
  ['nothing', [], [], true],
  ['another byte', [1, 2], [1, 3], false],
  ['a longer one', [1, 2], [1, 2, 3], false],
  ['a shorter one', [1, 2], [1], false],
])('compares with %s', (_, left, right, expected) => {
  expect(equal(Uint8Array.from(left), Uint8Array.from(right))).toBe(expected);
});

test.each([
  ['', ''],
  ['Zg==', '66'],
  ['Zm8=', '666f'],
  ['Zm9v', '666f6f'],
  ['+/8=', 'fbff'],
])('decodes base64 "%s" of RFC 4648', (text, expected) => {
  const bytes = base64Decode(text);

  expect(bytes && hex(bytes)).toBe(expected);
});

test.each([
  ['no padding', 'Zg'],
  ['too little padding', 'Zg='],
  ['too much padding', 'Zm9v===='],
  ['padding in the middle', 'Zg==Zm9v'],
  ['trailing bits that are not zero', 'Zh=='],
  ['the URL alphabet', '-_8='],
  ['a space', 'Zm 9'],
  ['a line end', 'Zm9v\n'],
  ['a lone symbol', 'Zm9vZ'],
  ['a letter outside ASCII', 'Zm\u00e9v'],
])('refuses base64 with %s', (_, text) => {
  expect(base64Decode(text)).toBeUndefined();
});
