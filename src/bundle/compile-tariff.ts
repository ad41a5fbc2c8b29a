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
import { calendarOf, localTimeOf } from './compile-service.ts';
import { windowOf } from './gtfs/fare-checks.ts';
import { minorUnits } from './gtfs/minor-units.ts';
import type { Feed, RowOf } from './gtfs/tables.ts';

export interface TariffOptions {
  readonly dayBeginsAtMinutes: number;
  /** Fare products that nobody is charged for at the door. */
  readonly prepaidProducts?: readonly string[];
}

/** @param feed without errors. */
export function compileTariff(
  feed: Feed,
  { dayBeginsAtMinutes, prepaidProducts = [] }: TariffOptions,
): Tariff {
  return {
    products: feed.fare_products.map(productOf),
    legRules: feed.fare_leg_rules.map(legRuleOf),
    transferRules: feed.fare_transfer_rules.map(transferRuleOf),
    prepaidProducts: new Set(prepaidProducts),
    riderCategories: new Map(
      feed.rider_categories.map((row) => [
        row.rider_category_id,
        { name: row.rider_category_name, isDefault: row.is_default_fare_category === '1' },
      ]),
    ),
    fareMedia: new Map(feed.fare_media.map((row) => [row.fare_media_id, mediaOf(row)])),
    timeframes: timeframesOf(feed),
    calendar: calendarOf(feed),
    time: localTimeOf(feed, dayBeginsAtMinutes),
    stops: new Set(feed.stops.map((row) => row.stop_id)),
    routes: new Set(feed.routes.map((row) => row.route_id)),
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

/** The reader gives every row a priority when the file has the column, and none otherwise. */
function legRuleOf(row: RowOf<'fare_leg_rules'>): FareLegRule {
  return {
    product: row.fare_product_id,
    ...given<Omit<FareLegRule, 'product'>>({
      legGroup: row.leg_group_id,
      network: row.network_id,
      fromArea: row.from_area_id,
      toArea: row.to_area_id,
      fromTimeframes: row.from_timeframe_group_id,
      toTimeframes: row.to_timeframe_group_id,
      priority: row.rule_priority,
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

/** A platform has the areas of its station, unless it has some of its own: they stand instead. */
function areasOf(feed: Feed): ReadonlyMap<string, readonly string[]> {
  const own = Map.groupBy(feed.stop_areas, (row) => row.stop_id);
  return new Map(
    feed.stops.flatMap(({ stop_id, parent_station }) => {
      const rows = own.get(stop_id) ?? own.get(parent_station ?? '');
      return rows === undefined ? [] : [[stop_id, rows.map((row) => row.area_id)] as const];
    }),
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
