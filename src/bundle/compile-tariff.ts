/** From the tables of a feed to core's Tariff: joined, in minor units and seconds, ready to use. */
import type {
  DurationLimitType,
  FareLegRule,
  FareMedia,
  FareProduct,
  FareTransferRule,
  FareTransferType,
  Tariff,
  Timeframe,
} from '../core/fare/tariff.ts';
import type { Service, ServiceCalendar, ServiceDate } from '../core/time/service-calendar.ts';
import { minorUnits } from './gtfs/minor-units.ts';
import { windowOf } from './gtfs/sense.ts';
import type { Feed, RowOf } from './gtfs/tables.ts';
import { offsetsOf } from './utc-offsets.ts';

/** @param feed without errors. */
export function compileTariff(
  feed: Feed,
  { dayBeginsAtMinutes }: { readonly dayBeginsAtMinutes: number },
): Tariff {
  const calendar = calendarOf(feed);
  const timezone = feed.agency[0]?.agency_timezone ?? 'UTC';
  return {
    products: feed.fare_products.map(productOf),
    legRules: feed.fare_leg_rules.map(legRuleOf),
    transferRules: feed.fare_transfer_rules.map(transferRuleOf),
    riderCategories: new Map(
      feed.rider_categories.map((row) => [
        row.rider_category_id,
        { name: row.rider_category_name, isDefault: row.is_default_fare_category === '1' },
      ]),
    ),
    fareMedia: new Map(feed.fare_media.map((row) => [row.fare_media_id, mediaOf(row)])),
    timeframes: timeframesOf(feed),
    calendar,
    time: { offsets: offsetsOf(timezone, spanOf(calendar)), dayBeginsAtMinutes },
    areasOfStop: areasOf(feed),
    networkOfRoute: networksOf(feed),
    areaNames: new Map(feed.areas.map((row) => [row.area_id, row.area_name ?? row.area_id])),
    networkNames: new Map(
      feed.networks.map((row) => [row.network_id, row.network_name ?? row.network_id]),
    ),
  };
}

/** Only the fields that are there: an absent one stays absent. */
function given<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as T;
}

function productOf(row: RowOf<'fare_products'>): FareProduct {
  const { currency } = row;
  return {
    id: row.fare_product_id,
    price: { amount: minorUnits(row.amount, currency) ?? 0, currency },
    ...given<Pick<FareProduct, 'name' | 'riderCategory' | 'fareMedia'>>({
      name: row.fare_product_name,
      riderCategory: row.rider_category_id,
      fareMedia: row.fare_media_id,
    }),
  };
}

const mediaTypes = {
  '0': 'none',
  '1': 'paper',
  '2': 'transit-card',
  '3': 'cemv',
  '4': 'mobile-app',
} as const;

function mediaOf({ fare_media_name: name, fare_media_type }: RowOf<'fare_media'>): FareMedia {
  return { type: mediaTypes[fare_media_type], ...(name !== undefined && { name }) };
}

function legRuleOf(
  row: RowOf<'fare_leg_rules'>,
  _: number,
  all: readonly RowOf<'fare_leg_rules'>[],
): FareLegRule {
  // One priority in the file changes what empty fields mean in all of it; empty then counts as 0.
  const hasPriorities = all.some(({ rule_priority }) => rule_priority !== undefined);
  return {
    product: row.fare_product_id,
    ...given<Omit<FareLegRule, 'product'>>({
      legGroup: row.leg_group_id,
      network: row.network_id,
      fromArea: row.from_area_id,
      toArea: row.to_area_id,
      fromTimeframes: row.from_timeframe_group_id,
      toTimeframes: row.to_timeframe_group_id,
      priority: hasPriorities ? (row.rule_priority ?? 0) : undefined,
    }),
  };
}

const durationTypes: Readonly<Record<'0' | '1' | '2' | '3', DurationLimitType>> = {
  '0': 'departure-to-arrival',
  '1': 'departure-to-departure',
  '2': 'arrival-to-departure',
  '3': 'arrival-to-arrival',
};

const transferTypes: Readonly<Record<'0' | '1' | '2', FareTransferType>> = {
  '0': 'first-and-transfer',
  '1': 'both-and-transfer',
  '2': 'transfer-only',
};

function transferRuleOf(row: RowOf<'fare_transfer_rules'>): FareTransferRule {
  const { duration_limit: seconds, duration_limit_type: limit } = row;
  return {
    type: transferTypes[row.fare_transfer_type],
    ...given<Omit<FareTransferRule, 'type'>>({
      fromLegGroup: row.from_leg_group_id,
      toLegGroup: row.to_leg_group_id,
      count: row.transfer_count,
      duration:
        seconds === undefined || limit === undefined
          ? undefined
          : { seconds, between: durationTypes[limit] },
      product: row.fare_product_id,
    }),
  };
}

function timeframesOf(feed: Feed): ReadonlyMap<string, readonly Timeframe[]> {
  const groups = Map.groupBy(feed.timeframes, (row) => row.timeframe_group_id);
  return new Map(
    [...groups].map(([group, rows]) => [
      group,
      rows.map((row) => ({ ...windowOf(row), serviceId: row.service_id })),
    ]),
  );
}

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

/** First and last day of anything in the calendar. */
function spanOf(calendar: ServiceCalendar): {
  readonly from: ServiceDate;
  readonly through: ServiceDate;
} {
  const days = [...calendar.values()].flatMap(({ from, through, added }) =>
    from <= through ? [from, through, ...added] : [...added],
  );
  return days.length === 0
    ? { from: 0, through: 0 }
    : { from: Math.min(...days), through: Math.max(...days) };
}

/** A platform has its own areas and those of its station. */
function areasOf(feed: Feed): ReadonlyMap<string, readonly string[]> {
  const own = Map.groupBy(feed.stop_areas, (row) => row.stop_id);
  const areas = (stopId: string | undefined) =>
    stopId === undefined ? [] : (own.get(stopId) ?? []).map((row) => row.area_id);
  return new Map(
    feed.stops
      .map(
        ({ stop_id, parent_station }) =>
          [stop_id, [...areas(stop_id), ...areas(parent_station)]] as const,
      )
      .filter(([, found]) => found.length > 0),
  );
}

function networksOf(feed: Feed): ReadonlyMap<string, string> {
  const own = feed.routes.flatMap(({ route_id, network_id }) =>
    network_id === undefined ? [] : [[route_id, network_id] as const],
  );
  return new Map([
    ...own,
    ...feed.route_networks.map((row) => [row.route_id, row.network_id] as const),
  ]);
}
