import { expect, test } from 'vitest';
import { daysAfter, monthsAfter, serviceDaysAfter } from './pass-period.ts';

const semarang = { utcOffsetMinutes: 420, beginsAtMinutes: 180 };

function at(time: string): number {
  return Date.parse(`${time}+07:00`);
}

/** By the clock of Semarang. */
function local(moment: number): string {
  return new Date(moment + 420 * 60_000).toISOString().slice(0, 19);
}

test('counts a day as 24 hours', () => {
  expect(local(daysAfter(at('2026-12-31T17:05:09'), 1))).toBe('2027-01-01T17:05:09');
  expect(local(daysAfter(at('2028-02-28T17:05:09'), 30))).toBe('2028-03-29T17:05:09');
});

test.each([
  ['an ordinary day', '2026-11-24T13:05:09', 1, '2026-12-24T13:05:09'],
  ['the turn of the year', '2026-12-15T06:00:00', 1, '2027-01-15T06:00:00'],
  ['the last of January', '2026-01-31T10:00:00', 1, '2026-02-28T10:00:00'],
  ['the last of January in a leap year', '2028-01-31T10:00:00', 1, '2028-02-29T10:00:00'],
  ['a century that is no leap year', '2100-01-31T10:00:00', 1, '2100-02-28T10:00:00'],
  ['two months over a short one', '2026-01-31T10:00:00', 2, '2026-03-31T10:00:00'],
  ['the last of a month of 31 days', '2026-03-31T10:00:00', 1, '2026-04-30T10:00:00'],
  ['the last of February', '2026-02-28T10:00:00', 1, '2026-03-28T10:00:00'],
  ['the day that only leap years have', '2028-02-29T10:00:00', 12, '2029-02-28T10:00:00'],
  ['four years from it', '2028-02-29T10:00:00', 48, '2032-02-29T10:00:00'],
  ['a day that is still yesterday in UTC', '2026-03-01T05:00:00', 1, '2026-04-01T05:00:00'],
])('counts months from %s', (_, from, months, until) => {
  expect(local(monthsAfter(at(from), months, semarang))).toBe(until);
});

test('keeps the milliseconds of the time of day', () => {
  expect(monthsAfter(at('2026-01-31T10:00:00') + 7, 1, semarang) % 1_000).toBe(7);
});

test.each([
  ['today', '2026-11-24T13:05:09', 1, '2026-11-25T03:00:00'],
  ['a week, today included', '2026-11-24T13:05:09', 7, '2026-12-01T03:00:00'],
  ['the night before a service day begins', '2026-11-24T02:59:59', 1, '2026-11-24T03:00:00'],
  ['the moment at which it begins', '2026-11-24T03:00:00', 1, '2026-11-25T03:00:00'],
  ['midnight', '2026-11-24T00:00:00', 2, '2026-11-25T03:00:00'],
  ['over a leap day', '2028-02-28T12:00:00', 2, '2028-03-01T03:00:00'],
])('ends %s', (_, from, days, until) => {
  expect(local(serviceDaysAfter(at(from), days, semarang))).toBe(until);
});

test('counts by the clock of an operator west of Greenwich too', () => {
  const newYork = { utcOffsetMinutes: -300, beginsAtMinutes: 240 };
  const from = Date.parse('2026-01-31T23:30:00-05:00');

  expect(monthsAfter(from, 1, newYork)).toBe(Date.parse('2026-02-28T23:30:00-05:00'));
  expect(serviceDaysAfter(from, 1, newYork)).toBe(Date.parse('2026-02-01T04:00:00-05:00'));
});
