import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex } from '../bytes.ts';
import { base64FlawAt, decodeBase64 } from './base64.ts';

test.each([
  ['', ''],
  ['Zg==', '66'],
  ['Zm8=', '666f'],
  ['Zm9v', '666f6f'],
  ['+/8=', 'fbff'],
])('decodes base64 "%s" of RFC 4648', (text, expected) => {
  const bytes = decodeBase64(text);

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
  expect(decodeBase64(text)).toBeUndefined();
});

test.each([
  ['no padding', 'Zg', 2],
  ['too little padding', 'Zg=', 3],
  ['too much padding', 'Zm9v====', 4],
  ['padding in the middle', 'Zg==Zm9v', 4],
  ['trailing bits that are not zero', 'Zh==', 1],
  ['the URL alphabet', '-_8=', 0],
  ['a space', 'Zm 9', 2],
  ['a line end', 'Zm9v\n', 4],
  ['a lone symbol', 'Zm9vZ', 5],
  ['padding after a lone symbol', 'Z===', 4],
  ['padding alone', '=', 0],
])('finds where a text with %s stops to be base64', (_, text, at) => {
  expect(base64FlawAt(text)).toBe(at);
});

test('finds a flaw within every text that it cannot read, or at its end', () => {
  const text = fc.string({ unit: fc.constantFrom('A', 'Z', '+', '=', '-', 'é'), maxLength: 12 });

  fc.assert(
    fc.property(text, (spelling) => {
      fc.pre(decodeBase64(spelling) === undefined);
      const at = base64FlawAt(spelling);

      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThanOrEqual(spelling.length);
    }),
  );
});
