/** Checks of GTFS-Fares v2: windows of time, rider categories, money, transfers, empty rules. */
import type { Problem } from '../problem.ts';
import { at, type Check } from './check.ts';
import { minorUnits } from './minor-units.ts';
import type { Feed, RowOf } from './tables.ts';
import { wrong } from './wrong.ts';

export const fareChecks: readonly Check[] = [
  { reads: ['timeframes'], find: ({ feed }) => feed.timeframes.flatMap(window) },
  { reads: ['timeframes'], find: ({ feed }) => overlaps(feed) },
  { reads: ['rider_categories'], find: ({ feed }) => defaults(feed) },
  { reads: ['fare_products'], find: ({ feed }) => currencies(feed) },
  { reads: ['fare_products', 'fare_leg_rules'], find: ({ feed }) => amounts(feed) },
  { reads: ['fare_transfer_rules'], find: ({ feed }) => feed.fare_transfer_rules.flatMap(count) },
  { reads: ['fare_transfer_rules'], find: ({ feed }) => feed.fare_transfer_rules.flatMap(limit) },
  { reads: ['fare_leg_rules', 'areas', 'stop_areas'], find: ({ feed }) => emptyAreas(feed) },
  {
    reads: ['fare_leg_rules', 'networks', 'route_networks'],
    find: ({ feed }) => emptyNetworks(feed),
  },
];

const dayEnd = 24 * 3_600;

export function windowOf(row: RowOf<'timeframes'>): {
  readonly start: number;
  readonly end: number;
} {
  return { start: row.start_time ?? 0, end: row.end_time ?? dayEnd };
}

function window(row: RowOf<'timeframes'>): readonly Problem[] {
  const hasStart = row.start_time !== undefined;
  if (hasStart !== (row.end_time !== undefined)) {
    const column = hasStart ? 'end_time' : 'start_time';
    const message = 'empty, although the other end is given';
    const hint = 'give both, or none for the whole day';
    return [at('timeframes', row, { column, code: 'half-a-window', message, hint })];
  }
  const { start, end } = windowOf(row);
  if (end <= dayEnd && start < end) return [];
  const message = 'not a window within one day';
  const hint = 'a window past midnight is two windows: up to 24:00:00 and from 00:00:00';
  return [at('timeframes', row, { column: 'end_time', code: 'bad-window', message, hint })];
}

/** In order of their start a window can only overlap the one before that ends last. */
function overlaps({ timeframes }: Feed): readonly Problem[] {
  const windows = timeframes.filter((row) => window(row).length === 0);
  const groups = Map.groupBy(windows, (row) =>
    JSON.stringify([row.timeframe_group_id, row.service_id]),
  );
  return [...groups.values()].flatMap((rows) => {
    const [first, ...rest] = rows.toSorted((a, b) => windowOf(a).start - windowOf(b).start);
    let last = first;
    return rest.flatMap((row) => {
      const before = last;
      if (before === undefined) return [];
      if (windowOf(row).end > windowOf(before).end) last = row;
      if (windowOf(row).start >= windowOf(before).end) return [];
      const message = `overlaps line ${before.line}`;
      const hint = 'windows of one group and service do not overlap';
      return [
        at('timeframes', row, { column: 'start_time', code: 'windows-overlap', message, hint }),
      ];
    });
  });
}

const isDefault = 'is_default_fare_category';

/** Halte asks for one in the whole feed: it is the category of a rider of whom nothing is known. */
function defaults({ rider_categories: rows }: Feed): readonly Problem[] {
  const [first, ...others] = rows.filter((row) => row[isDefault] === '1');
  const hint = 'exactly one category is the default: 1 in its row, 0 in the others';
  const column = isDefault;
  if (rows.length > 0 && first === undefined) {
    const message = 'no category is the default';
    return [wrong('rider_categories.txt', 1, { column, code: 'no-default', message, hint })];
  }
  const message = `line ${first?.line} is the default already`;
  return others.map((row) =>
    at('rider_categories', row, { column, code: 'two-defaults', message, hint }),
  );
}

function currencies({ fare_products: rows }: Feed): readonly Problem[] {
  const currency = rows[0]?.currency;
  return rows
    .filter((row) => row.currency !== currency)
    .map((row) =>
      at('fare_products', row, {
        ...{ column: 'currency', code: 'two-currencies' },
        message: `${row.currency}, the first product has ${currency}`,
        hint: 'a device takes one currency: make a bundle for each',
      }),
    );
}

function amounts({ fare_products, fare_leg_rules }: Feed): readonly Problem[] {
  const ofLegs = new Set(fare_leg_rules.map(({ fare_product_id }) => fare_product_id));
  const column = 'amount';
  return fare_products.flatMap((row) => {
    const units = minorUnits(row.amount, row.currency);
    if (units === undefined) {
      const message = `${row.amount} is finer than the smallest unit of ${row.currency}`;
      return [at('fare_products', row, { column, code: 'bad-amount', message, hint: 'round it' })];
    }
    if (units >= 0 || !ofLegs.has(row.fare_product_id)) return [];
    const message = 'a negative fare for a leg';
    const hint = 'only the product of a transfer may be a discount';
    return [at('fare_products', row, { column, code: 'negative-fare', message, hint })];
  });
}

/** Two empty groups are the same in words only: a count there is neither asked for nor refused. */
function count(row: RowOf<'fare_transfer_rules'>): readonly Problem[] {
  const { from_leg_group_id: from, to_leg_group_id: to } = row;
  const isGiven = row.transfer_count !== undefined;
  if ((from === to) === isGiven || (from === undefined && to === undefined)) return [];
  const message = isGiven ? 'given between two different groups' : 'empty';
  const hint = 'how many transfers stands where both groups are the same, and only there';
  const column = 'transfer_count';
  return [at('fare_transfer_rules', row, { column, code: 'transfer-count', message, hint })];
}

function limit(row: RowOf<'fare_transfer_rules'>): readonly Problem[] {
  const isLimited = row.duration_limit !== undefined;
  if (isLimited === (row.duration_limit_type !== undefined)) return [];
  const column = isLimited ? 'duration_limit_type' : 'duration_limit';
  const message = 'empty, although the other one is given';
  const hint = 'give both, or none for a transfer without limit of time';
  return [at('fare_transfer_rules', row, { column, code: 'half-a-duration', message, hint })];
}

function emptyAreas({ fare_leg_rules, areas, stop_areas }: Feed): readonly Problem[] {
  const used = new Set(fare_leg_rules.flatMap((row) => [row.from_area_id, row.to_area_id]));
  const filled = new Set(stop_areas.map((row) => row.area_id));
  return areas
    .filter(({ area_id }) => used.has(area_id) && !filled.has(area_id))
    .map((row) =>
      at('areas', row, {
        ...({ severity: 'warning', column: 'area_id', code: 'empty-area' } as const),
        ...{ message: 'fares ask for it, and no stop is in it', hint: 'add it to stop_areas.txt' },
      }),
    );
}

function emptyNetworks({ fare_leg_rules, networks, route_networks }: Feed): readonly Problem[] {
  const used = new Set(fare_leg_rules.map((row) => row.network_id));
  const filled = new Set(route_networks.map((row) => row.network_id));
  return networks
    .filter(({ network_id }) => used.has(network_id) && !filled.has(network_id))
    .map((row) =>
      at('networks', row, {
        ...({ severity: 'warning', column: 'network_id', code: 'empty-network' } as const),
        message: 'fares ask for it, and no route is in it',
        hint: 'add it to route_networks.txt',
      }),
    );
}
