import { expect, test } from 'vitest';
import { clockFace } from './clock-face.ts';
import type { LocalTime } from './local-time.ts';

const jakarta: LocalTime = { offsets: [{ from: 0, minutes: 420 }], dayBeginsAtMinutes: 180 };
const utc: LocalTime = { offsets: [{ from: 0, minutes: 0 }], dayBeginsAtMinutes: 0 };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Days since 1970: 24 November 2026, 29 February 2028, 1 January 2027. */
const [november, leapDay, newYear] = [20_781, 21_243, 20_819].map((days) => days * dayMs) as [
  number,
  number,
  number,
];

test.each([
  [
    'a time of the same day',
    november + 15 * minuteMs + 59_999,
    november + 17 * hourMs - 1,
    '07:15',
  ],
  ['a time of the day before', november - 7 * hourMs - 1, november, '23/11 23:59'],
  ['midnight', november - 7 * hourMs, november, '00:00'],
  ['a leap day', leapDay, leapDay + dayMs, '29/02 07:00'],
  ['a time to come', newYear, newYear - 8 * hourMs, '01/01 07:00'],
  ['a time before 1970', -dayMs, 0, '31/12 07:00'],
])('tells %s', (_, at, now, text) => {
  expect(clockFace(at, now, jakarta)).toBe(text);
});

/** A calendar that is counted on, day by day. */
function* daysOfCalendar(throughYear: number): Generator<string> {
  const two = (number: number) => String(number).padStart(2, '0');
  for (let year = 1970; year <= throughYear; year += 1) {
    const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const months = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (const [month, length] of months.entries()) {
      for (let day = 1; day <= length; day += 1) yield `${two(day)}/${two(month + 1)}`;
    }
  }
}

test('has the day and month of the calendar on every day of 430 years', () => {
  const calendar = [...daysOfCalendar(2400)];

  const told = calendar.map((_, day) => clockFace(day * dayMs, -1, utc).slice(0, 5));

  expect(told).toEqual(calendar);
});
