import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serviceDate as day, weekdayByCalendar } from '../../../sim/testing/moments.ts';
import { runsOn, type Service, weekdayOf } from './service-calendar.ts';

/** Monday to Saturday, all of November 2026. */
function aService(change: Partial<Service> = {}): Service {
  return {
    weekdays: 0b0111111,
    from: day('2026-11-01'),
    through: day('2026-11-30'),
    added: new Set(),
    removed: new Set(),
    ...change,
  };
}

const runs = (service: Service, iso: string) =>
  runsOn(new Map([['school', service]]), 'school', day(iso));

test.each([
  ['1970-01-01', 3],
  ['1969-12-31', 2],
  ['1969-12-28', 6],
  ['2000-02-29', 1],
  ['2026-11-02', 0],
  ['2026-11-08', 6],
])('knows the weekday of %s', (iso, weekday) => {
  expect(weekdayOf(day(iso))).toBe(weekday);
});

test('has the weekday that everybody has', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (date) => {
      expect(weekdayOf(date)).toBe(weekdayByCalendar(date));
    }),
  );
});

test.each([
  ['the first day', '2026-11-02', true],
  ['a Sunday', '2026-11-08', false],
  ['the last day', '2026-11-30', true],
  ['the day after', '2026-12-01', false],
  ['the Saturday before', '2026-10-31', false],
])('runs on the weekdays in range: %s', (_, iso, answer) => {
  expect(runs(aService(), iso)).toBe(answer);
});

test('takes a holiday out and puts a Sunday in, whatever the weekday', () => {
  const removed = new Set([day('2026-11-10')]);
  const added = new Set([day('2026-11-08'), day('2027-01-03')]);
  const service = aService({ removed, added });

  expect(runs(service, '2026-11-10')).toBe(false);
  expect(runs(service, '2026-11-08')).toBe(true);
  expect(runs(service, '2027-01-03')).toBe(true);
});

test('knows a service of exceptions alone', () => {
  const service = aService({ from: 1, through: 0, added: new Set([day('2026-12-25')]) });

  expect(runs(service, '2026-12-25')).toBe(true);
  expect(runs(service, '2026-12-26')).toBe(false);
});

test('never runs a service that is not in the calendar', () => {
  expect(runsOn(new Map(), 'school', day('2026-11-02'))).toBe(false);
});
