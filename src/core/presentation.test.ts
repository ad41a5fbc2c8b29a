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
  expect(continued([code], { seen: 'code' }, at)).toBe(expected);
});

test('another code begins a presentation at once', () => {
  expect(continued([code], { seen: 'other' }, 5_001)).toBeUndefined();
  expect(continued([], { seen: 'code' }, 5_001)).toBeUndefined();
});

test('two codes held side by side both go on', () => {
  const other = { seen: 'other', lastSeenAt: 5_100, result: 'red' };
  const held = holding([code], other);

  expect(continued(held, { seen: 'code' }, 5_200)).toBe(code);
  expect(continued(held, { seen: 'other' }, 5_200)).toBe(other);
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

test('goes on with another code of what was accepted, and only of that', () => {
  const accepted = { ...code, standsFor: 'ticket 1' };

  expect(continued([accepted], { seen: 'next', standsFor: 'ticket 1' }, 5_100)).toBe(accepted);
  expect(continued([accepted], { seen: 'next', standsFor: 'ticket 2' }, 5_100)).toBeUndefined();
  expect(continued([code], { seen: 'next', standsFor: 'ticket 1' }, 5_100)).toBeUndefined();
  expect(continued([code], { seen: 'next' }, 5_100)).toBeUndefined();
});
