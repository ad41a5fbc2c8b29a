/** Checks of trips, their calls, the days on which they run and the roads they take. */
import type { Problem } from '../problem.ts';
import { at, type Check, type Facts } from './check.ts';
import { locationTypeOf } from './place-checks.ts';
import type { Feed, RowOf } from './tables.ts';
import { wrong } from './wrong.ts';

export const serviceChecks: readonly Check[] = [
  { reads: ['stop_times'], find: ({ feed }) => calls(feed) },
  { reads: ['stops', 'stop_times'], find: ({ feed }) => placesOfCalls(feed) },
  { reads: ['trips', 'stop_times'], find: shortTrips },
  { reads: ['shapes'], find: ({ feed }) => shortShapes(feed) },
  { reads: ['calendar'], find: ({ feed }) => calendars(feed) },
  { reads: ['calendar', 'calendar_dates'], find: ({ feed }) => idleServices(feed) },
  { reads: ['security_listings'], find: ({ feed }) => listings(feed) },
  { reads: ['feed_info'], find: ({ feed }) => feed.feed_info.flatMap(validity) },
];

type Call = RowOf<'stop_times'>;

/** The calls of each trip in the order of its stop_sequence. */
export function callsOfTrips({ stop_times }: Feed): ReadonlyMap<string, readonly Call[]> {
  const trips = Map.groupBy(stop_times, ({ trip_id }) => trip_id);
  for (const rows of trips.values()) rows.sort((a, b) => a.stop_sequence - b.stop_sequence);
  return trips;
}

function calls(feed: Feed): readonly Problem[] {
  return [...callsOfTrips(feed).values()].flatMap((trip) => [
    ...missingTimes(trip),
    ...backward(trip),
  ]);
}

/** arrival_time and departure_time are "Conditionally Required". */
function missingTimes(trip: readonly Call[]): readonly Problem[] {
  const ends = new Set([trip[0], trip.at(-1)]);
  return trip.flatMap((row) => {
    const isExact = row.timepoint === '1';
    const missing = (['arrival_time', 'departure_time'] as const).filter(
      (column) =>
        row[column] === undefined && (isExact || (column === 'arrival_time' && ends.has(row))),
    );
    const hint = isExact
      ? 'timepoint 1 says that both times are exact'
      : 'the first and the last stop of a trip have a time';
    return missing.map((column) =>
      at('stop_times', row, { column, code: 'missing-value', message: 'empty', hint }),
    );
  });
}

function backward(trip: readonly Call[]): readonly Problem[] {
  let latest = 0;
  return trip.flatMap((row) => {
    const column = (['arrival_time', 'departure_time'] as const).find((name) => {
      const isBack = (row[name] ?? latest) < latest;
      latest = Math.max(latest, row[name] ?? latest);
      return isBack;
    });
    if (column === undefined) return [];
    const message = 'earlier than the time before it on the trip';
    const hint = 'after midnight hours count on: 24:10:00';
    return [at('stop_times', row, { column, code: 'time-goes-back', message, hint })];
  });
}

function placesOfCalls({ stops, stop_times }: Feed): readonly Problem[] {
  const others = new Set(
    stops.filter((row) => locationTypeOf(row) !== '0').map(({ stop_id }) => stop_id),
  );
  return stop_times
    .filter(({ stop_id }) => others.has(stop_id))
    .map((row) =>
      at('stop_times', row, {
        ...{ column: 'stop_id', code: 'not-a-stop', message: `no bus stops at "${row.stop_id}"` },
        hint: 'name a stop or platform (location_type 0), not its station',
      }),
    );
}

function shortTrips({ feed: { trips, stop_times }, isThere }: Facts): readonly Problem[] {
  if (trips.length > 0 && !isThere('stop_times')) {
    const message = 'not there, and trips.txt has trips';
    const hint = 'add it, or remove trips.txt';
    return [wrong('stop_times.txt', undefined, { code: 'missing-file', message, hint })];
  }
  const counts = new Map<string, number>();
  for (const { trip_id } of stop_times) counts.set(trip_id, (counts.get(trip_id) ?? 0) + 1);
  return trips
    .filter(({ trip_id }) => (counts.get(trip_id) ?? 0) < 2)
    .map((row) =>
      at('trips', row, {
        ...({ severity: 'warning', column: 'trip_id', code: 'short-trip' } as const),
        message: `${counts.get(row.trip_id) ?? 0} stops, left out`,
        hint: 'a trip has two stops or more in stop_times.txt',
      }),
    );
}

function shortShapes({ shapes }: Feed): readonly Problem[] {
  const points = Map.groupBy(shapes, ({ shape_id }) => shape_id);
  return [...points.values()].flatMap(([row, second]) =>
    row === undefined || second !== undefined
      ? []
      : [
          at('shapes', row, {
            ...({ severity: 'warning', column: 'shape_id', code: 'short-shape' } as const),
            ...{ message: 'one point, left out', hint: 'a road has two points or more' },
          }),
        ],
  );
}

const backwardDays = { code: 'ends-before-it-begins', message: 'before the first day' } as const;
const exchange = 'exchange the two, or correct the year';

function calendars({ calendar }: Feed): readonly Problem[] {
  return calendar
    .filter(({ start_date, end_date }) => end_date < start_date)
    .map((row) => at('calendar', row, { column: 'end_date', ...backwardDays, hint: exchange }));
}

const weekdays = [
  ...(['monday', 'tuesday', 'wednesday', 'thursday'] as const),
  ...(['friday', 'saturday', 'sunday'] as const),
] as const;

function idleServices({ calendar, calendar_dates }: Feed): readonly Problem[] {
  const added = new Set(
    calendar_dates
      .filter(({ exception_type }) => exception_type === '1')
      .map(({ service_id }) => service_id),
  );
  return calendar
    .filter((row) => weekdays.every((day) => row[day] === '0') && !added.has(row.service_id))
    .map((row) =>
      at('calendar', row, {
        ...({ severity: 'warning', column: 'service_id', code: 'never-runs' } as const),
        message: 'on no weekday, and no date is added',
        hint: 'set a weekday to 1, or add its days to calendar_dates.txt',
      }),
    );
}

function listings({ security_listings: rows }: Feed): readonly Problem[] {
  return rows
    .filter(
      ({ valid_from = 0, valid_until = Number.POSITIVE_INFINITY }) => valid_until <= valid_from,
    )
    .map((row) =>
      at('security_listings', row, {
        ...{ column: 'valid_until', code: 'ends-before-it-begins', hint: exchange },
        message: 'not behind valid_from: it is never in force',
      }),
    );
}

function validity(row: RowOf<'feed_info'>): readonly Problem[] {
  const { feed_start_date: from, feed_end_date: through } = row;
  if (from === undefined || through === undefined || from <= through) return [];
  return [at('feed_info', row, { column: 'feed_end_date', ...backwardDays, hint: exchange })];
}
