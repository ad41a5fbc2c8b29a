import { expect, test } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import { localText, relativeText, utcText } from './inspect-time.ts';

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

test.each([
  [0, 'now'],
  [-second, '1 s ago'],
  [119 * second, 'in 119 s'],
  [-120 * second, '2 min ago'],
  [hour, 'in 60 min'],
  [-3 * hour, '3 h ago'],
  [47 * hour, 'in 47 h'],
  [-2 * day, '2 days ago'],
  [729 * day, 'in 729 days'],
  [-900 * day, '2 years ago'],
])('says of %i ms from now: %s', (ms, text) => {
  expect(relativeText(someNow + ms, someNow)).toBe(text);
});

test.each([
  [420, '2026-11-02 07:00:00 +07:00'],
  [0, '2026-11-02 00:00:00 +00:00'],
  [-210, '2026-11-01 20:30:00 -03:30'],
])('writes the local date with an offset of %i minutes', (offset, text) => {
  expect(localText(someNow, offset)).toBe(text);
});

test('writes the earliest and the latest date of a ticket', () => {
  expect(utcText(0)).toBe('1970-01-01 00:00:00Z');
  expect(utcText(253_402_300_799_000)).toBe('9999-12-31 23:59:59Z');
  expect(localText(253_402_300_799_000, 420)).toBe('+010000-01-01 06:59:59 +07:00');
});

test('finds no date where the calendar ends', () => {
  const last = 8.64e15 - 1;

  expect(utcText(last)).toBe('+275760-09-12 23:59:59Z');
  expect([utcText(last + 1), localText(last, 420), utcText(Number.MAX_SAFE_INTEGER)]).toEqual(
    Array.from({ length: 3 }, () => 'no date'),
  );
});
