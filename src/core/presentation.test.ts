import { expect, test } from 'vitest';
import {
  absenceMs,
  continued,
  holding,
  type Presentation,
  presentationsMax,
} from './presentation.ts';

const code: Presentation<string> = { seen: 'code', lastSeenAt: 5_000, result: 'green' };

test.each([
  ['at the same moment', 5_000, code],
  ['a moment before an absence', 5_000 + absenceMs - 1, code],
  ['a fraction before an absence', 5_000 + absenceMs - 0.001, code],
  ['at the very moment of an absence', 5_000 + absenceMs, undefined],
  ['long after', 500_000, undefined],
])('the same code %s: continues %o', (_, at, expected) => {
  expect(continued([code], 'code', at)).toBe(expected);
});

test('another code begins a presentation at once', () => {
  expect(continued([code], 'other', 5_001)).toBeUndefined();
  expect(continued([], 'code', 5_001)).toBeUndefined();
});

test('two codes held side by side both go on', () => {
  const other = { seen: 'other', lastSeenAt: 5_100, result: 'red' };
  const held = holding([code], other);

  expect(continued(held, 'code', 5_200)).toBe(code);
  expect(continued(held, 'other', 5_200)).toBe(other);
});

test('seen again, a code is held from then', () => {
  const again = { ...code, lastSeenAt: 5_900 };

  expect(holding([code], again)).toEqual([again]);
});

test('forgets what has gone, and never holds more than its maximum', () => {
  const many = Array.from({ length: 20 }, (_, index) => ({
    ...code,
    seen: `code ${index}`,
    lastSeenAt: 7_000 + index,
  }));

  const held = many.reduce(holding<string>, [code] as readonly Presentation<string>[]);

  expect(held).toEqual(many.slice(-presentationsMax));
});
