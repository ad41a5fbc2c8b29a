/**
 * Whether the calendar of a feed has ended, or soon will: behind its last day no bus finds a trip. The
 * only check of a bundle that asks for today, so that reading one says the same on every day.
 */
import { serviceTime } from '../core/time/local-time.ts';
import { at } from './gtfs/check.ts';
import type { Feed } from './gtfs/tables.ts';
import type { Problem } from './problem.ts';
import type { Bundle } from './read-rules.ts';

/** A month, in which an operator can make a new feed and bring it to every bus. */
const calendarEndsWithinDays = 30;

/** @param now milliseconds since 1970. @returns one warning, or none; none for a feed of fares alone. */
export function calendarEnd({ feed, rules }: Bundle, now: number): readonly Problem[] {
  const last = lastDay(feed);
  if (last === undefined) return [];
  const days = last.day - serviceTime(now, rules.tariff.time).date;
  if (days > calendarEndsWithinDays) return [];
  return [
    at(last.table, last.row, {
      ...{ severity: 'warning', code: 'calendar-ends', column: last.column },
      message: `the calendar ${endText(days)}, ${dayText(last.day)}`,
      hint: 'add later days and publish: behind the last one no bus finds a trip, and no timeframe of its services holds',
    }),
  ];
}

/** The last day on which anything may run, and the first row that says so. */
function lastDay({ calendar, calendar_dates }: Feed) {
  const days = [
    ...calendar.map(
      (row) => ({ table: 'calendar', row, column: 'end_date', day: row.end_date }) as const,
    ),
    ...calendar_dates
      .filter(({ exception_type }) => exception_type === '1')
      .map((row) => ({ table: 'calendar_dates', row, column: 'date', day: row.date }) as const),
  ];
  return days.reduce<(typeof days)[number] | undefined>(
    (last, one) => (last === undefined || one.day > last.day ? one : last),
    undefined,
  );
}

function endText(days: number): string {
  if (days === 0) return 'ends today';
  const count = `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'}`;
  return days > 0 ? `ends in ${count}` : `ended ${count} ago`;
}

function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
