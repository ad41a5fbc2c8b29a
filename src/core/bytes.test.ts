import { expect, test } from 'vitest';
import { concat, equal, hex, latin1, utf8 } from './bytes.ts';

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
