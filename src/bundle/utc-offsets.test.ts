import { expect, test } from 'vitest';
import { offsetAt } from '../core/time/local-time.ts';
import { offsetsOf } from './utc-offsets.ts';

const dayMs = 86_400_000;

const year2026 = { from: Date.UTC(2026, 0, 1) / dayMs, through: Date.UTC(2026, 11, 31) / dayMs };

test('finds the hours at which a time zone changes, to the minute', () => {
  // Directive 2000/84/EC: 01:00 UTC on the last Sundays of March and October.
  const berlin = offsetsOf('Europe/Berlin', year2026);

  expect(berlin).toContainEqual({ from: Date.UTC(2026, 2, 29, 1), minutes: 120 });
  expect(berlin).toContainEqual({ from: Date.UTC(2026, 9, 25, 1), minutes: 60 });
});

test('finds a change of half an hour', () => {
  // Lord Howe Island: UTC+10:30, and +11 from the first Sunday of October at 02:00 local time.
  const lordHowe = offsetsOf('Australia/Lord_Howe', year2026);

  expect(lordHowe).toContainEqual({ from: Date.UTC(2026, 9, 3, 15, 30), minutes: 660 });
});

test('lists one offset for a zone that never changes', () => {
  expect(offsetsOf('Asia/Jakarta', year2026).map(({ minutes }) => minutes)).toEqual([420]);
});

test.each(['Asia/Jakarta', 'America/St_Johns', 'Pacific/Chatham', 'Africa/Casablanca'])(
  'says for every hour of the year in %s what the machine says',
  (timeZone) => {
    const time = { offsets: offsetsOf(timeZone, year2026), dayBeginsAtMinutes: 0 };
    const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
    const minutesAt = (at: number) => {
      const [, sign, hours = 0, minutes = 0] =
        /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(at)) ?? [];
      return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    };

    for (let at = year2026.from * dayMs; at < year2026.through * dayMs; at += dayMs / 4) {
      expect(offsetAt(at, time)).toBe(minutesAt(at));
    }
  },
);
