/** From the tables of a feed to core's ServiceCalendar and LocalTime. */
import type { LocalTime } from '../core/time/local-time.ts';
import type { Service, ServiceCalendar, ServiceDate } from '../core/time/service-calendar.ts';
import type { Feed, RowOf } from './gtfs/tables.ts';
import { offsetsOf } from './utc-offsets.ts';

const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

export function calendarOf(feed: Feed): ServiceCalendar {
  const exceptions = Map.groupBy(feed.calendar_dates, (row) => row.service_id);
  const ids = new Set([...feed.calendar.map((row) => row.service_id), ...exceptions.keys()]);
  const rows = new Map(feed.calendar.map((row) => [row.service_id, row]));
  return new Map(
    [...ids].map((id) => [id, serviceOf(rows.get(id), exceptions.get(id) ?? [])] as const),
  );
}

function serviceOf(
  row: RowOf<'calendar'> | undefined,
  exceptions: readonly RowOf<'calendar_dates'>[],
): Service {
  const datesOf = (type: '1' | '2') =>
    new Set(exceptions.filter((one) => one.exception_type === type).map(({ date }) => date));
  return {
    weekdays: weekdays.reduce((mask, day, bit) => mask | (row?.[day] === '1' ? 1 << bit : 0), 0),
    from: row?.start_date ?? 1,
    through: row?.end_date ?? 0,
    added: datesOf('1'),
    removed: datesOf('2'),
  };
}

interface Span {
  readonly from: ServiceDate;
  readonly through: ServiceDate;
}

/** 2020 to 2045: a feed of fares alone says of no day that it means it. */
const anySpan: Span = { from: 18_262, through: 27_758 };

/** @param dayBeginsAtMinutes after local midnight, 0 to 1439. */
export function localTimeOf(feed: Feed, dayBeginsAtMinutes: number): LocalTime {
  const timezone = feed.agency[0]?.agency_timezone ?? 'UTC';
  return { offsets: offsetsOf(timezone, spanOf(feed)), dayBeginsAtMinutes };
}

/** First and last day of anything in the calendar and of the feed itself. */
function spanOf(feed: Feed): Span {
  const days = [
    ...feed.calendar.flatMap((row) => [row.start_date, row.end_date]),
    ...feed.calendar_dates.map((row) => row.date),
    ...feed.feed_info.flatMap((row) => [row.feed_start_date, row.feed_end_date]),
  ].filter((day) => day !== undefined);
  const from = days.reduce((least, day) => Math.min(least, day), Number.POSITIVE_INFINITY);
  const through = days.reduce((most, day) => Math.max(most, day), Number.NEGATIVE_INFINITY);
  return days.length === 0 ? anySpan : { from, through };
}
