import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockFace } from './clock-face.ts';
import type { LocalTime } from './local-time.ts';

const jakarta: LocalTime = { offsets: [{ from: 0, minutes: 420 }], dayBeginsAtMinutes: 180 };
const utc: LocalTime = { offsets: [{ from: 0, minutes: 0 }], dayBeginsAtMinutes: 0 };
const at = (text: string) => Date.parse(text);

test.each([
  ['a time of the same day', '2026-11-24T00:15:59Z', '2026-11-24T16:59:59Z', '07:15'],
  ['a time of the day before', '2026-11-23T16:59:00Z', '2026-11-23T17:00:00Z', '23/11 23:59'],
  ['midnight', '2026-11-23T17:00:00Z', '2026-11-24T00:00:00Z', '00:00'],
  ['a leap day', '2028-02-29T00:00:00Z', '2028-03-01T00:00:00Z', '29/02 07:00'],
  ['a time to come', '2027-01-01T00:00:00Z', '2026-12-31T16:00:00Z', '01/01 07:00'],
])('tells %s', (_, moment, now, text) => {
  expect(clockFace(at(moment), at(now), jakarta)).toBe(text);
});

test('has the day and month of the calendar, whichever day it is', () => {
  const from = at('1600-01-01T00:00:00Z');
  fc.assert(
    fc.property(fc.integer({ min: from, max: at('2500-01-01T00:00:00Z') }), (moment) => {
      const [, month, day, time] = /-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(
        new Date(moment).toISOString(),
      ) ?? ['', '', '', ''];
      expect(clockFace(moment, moment + 10 * 86_400_000, utc)).toBe(`${day}/${month} ${time}`);
    }),
  );
});
