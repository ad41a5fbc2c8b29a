/**
 * What must hold between the fields of a feed although each has the right type: the reference's
 * conditions ("Conditionally Required", "Conditionally Forbidden"), and what Halte needs besides.
 */
import type { Problem } from '../problem.ts';
import { minorUnits } from './minor-units.ts';
import { wrong } from './read-table.ts';
import type { Feed, RowOf, TableName } from './tables.ts';

export function problemsOfSense(feed: Feed): readonly Problem[] {
  return [
    ...agencies(feed),
    ...feed.stops.flatMap(stop),
    ...routes(feed),
    ...calls(feed),
    ...calendars(feed),
    ...timeframes(feed),
    ...categories(feed),
    ...money(feed),
    ...feed.fare_transfer_rules.flatMap(transfer),
  ];
}

interface Objection {
  readonly column: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

function at(table: TableName, { line }: { readonly line: number }, objection: Objection): Problem {
  return wrong(`${table}.txt`, line, objection);
}

function agencies({ agency }: Feed): readonly Problem[] {
  const [first] = agency;
  return agency
    .filter((row) => row.agency_timezone !== first?.agency_timezone)
    .map((row) =>
      at('agency', row, {
        ...{ column: 'agency_timezone', code: 'two-time-zones' },
        message: `${row.agency_timezone}, the first agency has ${first?.agency_timezone}`,
        hint: 'all agencies of a feed have one time zone',
      }),
    );
}

function stop(row: RowOf<'stops'>): readonly Problem[] {
  const type = row.location_type ?? '0';
  const needed = ['0', '1', '2'].includes(type);
  const missing = (['stop_name', 'stop_lat', 'stop_lon'] as const).filter(
    (column) => needed && row[column] === undefined,
  );
  const stray = type === '1' && row.parent_station !== undefined;
  return [
    ...missing.map((column) =>
      at('stops', row, {
        ...{ column, code: 'missing-value', message: 'empty' },
        hint: 'stops, stations and entrances have a name and a position',
      }),
    ),
    ...(stray
      ? [
          at('stops', row, {
            ...{ column: 'parent_station', code: 'station-in-station' },
            ...{ message: 'a station has no parent', hint: 'leave it empty' },
          }),
        ]
      : []),
  ];
}

function routes({ routes: rows, route_networks }: Feed): readonly Problem[] {
  return rows.flatMap((row) => [
    ...(row.route_short_name === undefined && row.route_long_name === undefined
      ? [
          at('routes', row, {
            ...{ column: 'route_short_name', code: 'missing-value', message: 'no name at all' },
            hint: 'give a short or a long name',
          }),
        ]
      : []),
    ...(row.network_id !== undefined && route_networks.length > 0
      ? [
          at('routes', row, {
            ...{ column: 'network_id', code: 'network-twice' },
            ...{ message: 'route_networks.txt tells networks, too', hint: 'keep one of them' },
          }),
        ]
      : []),
  ]);
}

/** Times are there at both ends of a trip, and never go back. */
function calls({ stop_times }: Feed): readonly Problem[] {
  const trips = Map.groupBy(stop_times, ({ trip_id }) => trip_id);
  return [...trips.values()].flatMap((rows) => {
    const ordered = rows.toSorted((a, b) => a.stop_sequence - b.stop_sequence);
    const ends = new Set([ordered[0], ordered.at(-1)]);
    let latest = Number.NEGATIVE_INFINITY;
    return ordered.flatMap((row) => {
      const { arrival_time: arrival, departure_time: departure } = row;
      if (arrival === undefined && departure === undefined && ends.has(row)) {
        const hint = 'the first and the last stop of a trip have a time';
        const column = 'arrival_time';
        return [at('stop_times', row, { column, code: 'missing-value', message: 'empty', hint })];
      }
      const times = [arrival, departure].filter((time) => time !== undefined);
      const goesBack = times.some((time) => {
        const back = time < latest;
        latest = Math.max(latest, time);
        return back;
      });
      if (!goesBack) return [];
      return [
        at('stop_times', row, {
          ...{ column: 'arrival_time', code: 'time-goes-back' },
          message: 'earlier than the time before it on the trip',
          hint: 'after midnight hours count on: 24:10:00',
        }),
      ];
    });
  });
}

function calendars({ calendar, calendar_dates, trips }: Feed): readonly Problem[] {
  const backward = calendar.filter(({ start_date, end_date }) => end_date < start_date);
  const isThere = calendar.length + calendar_dates.length > 0 || trips.length === 0;
  return [
    ...backward.map((row) =>
      at('calendar', row, {
        ...{ column: 'end_date', code: 'ends-before-it-begins', message: 'before start_date' },
        hint: 'exchange the two, or correct the year',
      }),
    ),
    ...(isThere
      ? []
      : [
          wrong('calendar.txt', undefined, {
            ...{ code: 'missing-file', message: 'no service runs on any day' },
            hint: 'add calendar.txt or calendar_dates.txt',
          }),
        ]),
  ];
}

const dayEnd = 24 * 3_600;

function timeframes({ timeframes: rows }: Feed): readonly Problem[] {
  return rows.flatMap((row) => {
    const { start, end } = windowOf(row);
    const column = 'start_time';
    if ((row.start_time === undefined) !== (row.end_time === undefined)) {
      const message = 'start_time and end_time come together';
      const hint = 'give both, or none for the whole day';
      return [at('timeframes', row, { column, code: 'half-a-window', message, hint })];
    }
    if (end > dayEnd || start >= end) {
      const message = 'not a window within one day';
      const hint = 'a window past midnight is two windows: up to 24:00:00 and from 00:00:00';
      return [at('timeframes', row, { column, code: 'bad-window', message, hint })];
    }
    const other = rows.find((one) => one.line < row.line && overlap(one, row));
    if (other === undefined) return [];
    const message = `overlaps line ${other.line}`;
    const hint = 'windows of one group and service do not overlap';
    return [at('timeframes', row, { column, code: 'windows-overlap', message, hint })];
  });
}

export function windowOf(row: RowOf<'timeframes'>): {
  readonly start: number;
  readonly end: number;
} {
  return { start: row.start_time ?? 0, end: row.end_time ?? dayEnd };
}

function overlap(one: RowOf<'timeframes'>, other: RowOf<'timeframes'>): boolean {
  if (one.timeframe_group_id !== other.timeframe_group_id) return false;
  if (one.service_id !== other.service_id) return false;
  const [a, b] = [windowOf(one), windowOf(other)];
  return a.start < b.end && b.start < a.end;
}

function categories({ rider_categories: rows }: Feed): readonly Problem[] {
  const defaults = rows.filter(({ is_default_fare_category }) => is_default_fare_category === '1');
  const column = 'is_default_fare_category';
  const hint = 'exactly one category is the default: 1 in its row, 0 in the others';
  if (rows.length > 0 && defaults.length === 0) {
    const message = 'no category is the default';
    return [wrong('rider_categories.txt', 1, { column, code: 'no-default', message, hint })];
  }
  return defaults.slice(1).map((row) => {
    const message = `line ${defaults[0]?.line} is the default already`;
    return at('rider_categories', row, { column, code: 'two-defaults', message, hint });
  });
}

function money({ fare_products: rows, fare_leg_rules }: Feed): readonly Problem[] {
  const currency = rows[0]?.currency;
  const ofLegs = new Set(fare_leg_rules.map(({ fare_product_id }) => fare_product_id));
  return rows.flatMap((row) => {
    const units = minorUnits(row.amount, row.currency);
    if (row.currency !== currency) {
      const message = `${row.currency}, the first product has ${currency}`;
      const hint = 'a device takes one currency: make a bundle for each';
      return [
        at('fare_products', row, { column: 'currency', code: 'two-currencies', message, hint }),
      ];
    }
    if (units === undefined) {
      const message = `${row.amount} is finer than the smallest unit of ${row.currency}`;
      const hint = 'round it';
      return [at('fare_products', row, { column: 'amount', code: 'bad-amount', message, hint })];
    }
    if (units >= 0 || !ofLegs.has(row.fare_product_id)) return [];
    const message = 'a negative fare for a leg';
    const hint = 'only the product of a transfer may be a discount';
    return [at('fare_products', row, { column: 'amount', code: 'negative-fare', message, hint })];
  });
}

function transfer(row: RowOf<'fare_transfer_rules'>): readonly Problem[] {
  const isWithin = row.from_leg_group_id === row.to_leg_group_id;
  const { transfer_count: count } = row;
  if (isWithin !== (count !== undefined)) {
    const message = isWithin ? 'empty' : 'given between two different groups';
    const hint = 'how many transfers stands where both groups are the same, and only there';
    return [
      at('fare_transfer_rules', row, {
        column: 'transfer_count',
        code: 'transfer-count',
        message,
        hint,
      }),
    ];
  }
  if (count !== undefined && (count === 0 || count < -1)) {
    const message = `${count} transfers`;
    const hint = '1 or more, or -1 without limit';
    return [
      at('fare_transfer_rules', row, {
        column: 'transfer_count',
        code: 'transfer-count',
        message,
        hint,
      }),
    ];
  }
  if ((row.duration_limit === undefined) === (row.duration_limit_type === undefined)) return [];
  const message = 'duration_limit and duration_limit_type come together';
  const hint = 'give both, or none for a transfer without limit of time';
  return [
    at('fare_transfer_rules', row, {
      column: 'duration_limit',
      code: 'half-a-duration',
      message,
      hint,
    }),
  ];
}
