import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serviceDate as day, moment } from '../../../sim/testing/moments.ts';
import { type LocalTime, offsetAt, serviceDayEnd, serviceTime } from './local-time.ts';

const clock = (hours: number, minutes = 0, seconds = 0) => hours * 3_600 + minutes * 60 + seconds;

/** Semarang: UTC+7 all year; its service day begins at three. */
const jakarta: LocalTime = { offsets: [{ from: 0, minutes: 420 }], dayBeginsAtMinutes: 180 };

/** Berlin in 2026, as the IANA database has it: summer time from 29 March to 25 October, 01:00 UTC. */
const berlin: LocalTime = {
  offsets: [
    { from: moment('2025-10-26T01:00Z'), minutes: 60 },
    { from: moment('2026-03-29T01:00Z'), minutes: 120 },
    { from: moment('2026-10-25T01:00Z'), minutes: 60 },
  ],
  dayBeginsAtMinutes: 240,
};

test.each([
  ['2026-11-02T00:00Z', '2026-11-02', clock(7)],
  ['2026-11-02T16:59:59Z', '2026-11-02', clock(23, 59, 59)],
  ['2026-11-02T17:00Z', '2026-11-02', clock(24)],
  ['2026-11-02T18:30Z', '2026-11-02', clock(25, 30)],
  ['2026-11-02T19:59:59.999Z', '2026-11-02', clock(26, 59, 59)],
  ['2026-11-02T20:00Z', '2026-11-03', clock(3)],
])('counts the night to the service day before: %s', (iso, date, seconds) => {
  expect(serviceTime(moment(iso), jakarta)).toEqual({ date: day(date), seconds });
});

test('counts from local midnight where the day begins there', () => {
  const midnight = { ...jakarta, dayBeginsAtMinutes: 0 };

  expect(serviceTime(moment('2026-11-02T17:00Z'), midnight)).toEqual({
    date: day('2026-11-03'),
    seconds: 0,
  });
});

test.each([
  ['winter', '2026-03-29T00:59:59Z', clock(25, 59, 59), '2026-03-28'],
  ['after the hour that is left out', '2026-03-29T01:00Z', clock(27), '2026-03-28'],
  ['summer', '2026-10-25T00:30Z', clock(26, 30), '2026-10-24'],
  ['the same hour again', '2026-10-25T01:30Z', clock(26, 30), '2026-10-24'],
  ['the Sunday itself', '2026-10-25T03:00Z', clock(4), '2026-10-25'],
])('shows what the clock on the wall shows, %s', (_, iso, seconds, date) => {
  expect(serviceTime(moment(iso), berlin)).toEqual({ date: day(date), seconds });
});

test.each([
  ['an ordinary day', '2026-07-01', '2026-07-02T02:00Z'],
  ['the day into which summer time falls', '2026-03-28', '2026-03-29T02:00Z'],
  ['the day of 25 hours', '2026-10-24', '2026-10-25T03:00Z'],
])('ends a service day where the next begins: %s', (_, date, end) => {
  expect(serviceDayEnd(day(date), berlin)).toBe(moment(end));
});

test('ends a service day by the offset that holds then, far west of Greenwich too', () => {
  // New York in 2026: summer time from 8 March, 07:00 UTC.
  const newYork: LocalTime = {
    offsets: [
      { from: moment('2025-11-02T06:00Z'), minutes: -300 },
      { from: moment('2026-03-08T07:00Z'), minutes: -240 },
    ],
    dayBeginsAtMinutes: 240,
  };

  expect(serviceDayEnd(day('2026-03-07'), newYork)).toBe(moment('2026-03-08T08:00Z'));
});

test('has each moment in the day that ends after it', () => {
  const year = { min: moment('2026-01-01T00:00Z'), max: moment('2027-01-01T00:00Z') };
  fc.assert(
    fc.property(fc.integer(year), fc.constantFrom(jakarta, berlin), (at, time) => {
      const { date } = serviceTime(at, time);

      expect(at).toBeLessThan(serviceDayEnd(date, time));
      expect(at).toBeGreaterThanOrEqual(serviceDayEnd(date - 1, time));
    }),
  );
});

test('takes the first offset for what was before it, and none as UTC', () => {
  expect(offsetAt(0, berlin)).toBe(60);
  expect(offsetAt(moment('2030-01-01T00:00Z'), berlin)).toBe(60);
  expect(offsetAt(0, { offsets: [], dayBeginsAtMinutes: 0 })).toBe(0);
});
