/**
 * The files of GTFS and GTFS-Fares v2 that Halte reads, with the fields that it uses; other fields
 * of the standard are known and passed over. https://gtfs.org/documentation/schedule/reference/
 */
import * as type from './field-types.ts';
import { may, mayStandFor, must, type Table } from './table.ts';

const flag = type.oneOf('0', '1');
const services = ['calendar.service_id', 'calendar_dates.service_id'];

/** Issuers are not listed here: whoever writes one is told of the place that there is. */
const listingKind = {
  ...type.oneOf('ticket', 'account', 'card'),
  what: 'one of ticket, account, card; issuers go into acceptance.json, issuers.deny',
};

export const tables = {
  agency: {
    required: true,
    key: ['agency_id'],
    fields: {
      agency_id: may(type.id),
      agency_name: must(type.text),
      agency_url: must(type.url),
      agency_timezone: must(type.timezone),
    },
    passedOver: ['agency_lang', 'agency_phone', 'agency_fare_url', 'agency_email', 'cemv_support'],
  },
  stops: {
    key: ['stop_id'],
    fields: {
      stop_id: must(type.id),
      stop_name: may(type.text),
      stop_lat: may(type.latitude),
      stop_lon: may(type.longitude),
      location_type: may(type.oneOf('0', '1', '2', '3', '4')),
      parent_station: may(type.id, 'stops.stop_id'),
      stop_timezone: may(type.timezone),
    },
    passedOver: [
      'stop_code',
      'tts_stop_name',
      'stop_desc',
      'zone_id',
      'stop_url',
      'wheelchair_boarding',
      'level_id',
      'platform_code',
      'stop_access',
    ],
  },
  routes: {
    key: ['route_id'],
    fields: {
      route_id: must(type.id),
      agency_id: may(type.id, 'agency.agency_id'),
      route_short_name: may(type.text),
      route_long_name: may(type.text),
      route_type: must(type.routeType),
      network_id: may(type.id),
    },
    passedOver: [
      'route_desc',
      'route_url',
      'route_color',
      'route_text_color',
      'route_sort_order',
      'continuous_pickup',
      'continuous_drop_off',
      'cemv_support',
    ],
  },
  trips: {
    key: ['trip_id'],
    fields: {
      route_id: must(type.id, 'routes.route_id'),
      service_id: must(type.id, ...services),
      trip_id: must(type.id),
      trip_headsign: may(type.text),
      direction_id: may(flag),
      block_id: may(type.id),
      shape_id: may(type.id, 'shapes.shape_id'),
    },
    passedOver: ['trip_short_name', 'wheelchair_accessible', 'bikes_allowed', 'cars_allowed'],
  },
  stop_times: {
    key: ['trip_id', 'stop_sequence'],
    fields: {
      trip_id: must(type.id, 'trips.trip_id'),
      arrival_time: may(type.time),
      departure_time: may(type.time),
      stop_id: must(type.id, 'stops.stop_id'),
      stop_sequence: must(type.count),
      timepoint: may(flag),
    },
    passedOver: [
      'stop_headsign',
      'pickup_type',
      'drop_off_type',
      'continuous_pickup',
      'continuous_drop_off',
      'shape_dist_traveled',
      'location_group_id',
      'location_id',
      'start_pickup_drop_off_window',
      'end_pickup_drop_off_window',
      'pickup_booking_rule_id',
      'drop_off_booking_rule_id',
    ],
  },
  calendar: {
    key: ['service_id'],
    fields: {
      service_id: must(type.id),
      monday: must(flag),
      tuesday: must(flag),
      wednesday: must(flag),
      thursday: must(flag),
      friday: must(flag),
      saturday: must(flag),
      sunday: must(flag),
      start_date: must(type.date),
      end_date: must(type.date),
    },
  },
  calendar_dates: {
    key: ['service_id', 'date'],
    fields: {
      service_id: must(type.id),
      date: must(type.date),
      exception_type: must(type.oneOf('1', '2')),
    },
  },
  shapes: {
    key: ['shape_id', 'shape_pt_sequence'],
    fields: {
      shape_id: must(type.id),
      shape_pt_lat: must(type.latitude),
      shape_pt_lon: must(type.longitude),
      shape_pt_sequence: must(type.count),
    },
    passedOver: ['shape_dist_traveled'],
  },
  rider_categories: {
    key: ['rider_category_id'],
    fields: {
      rider_category_id: must(type.id),
      rider_category_name: must(type.text),
      is_default_fare_category: mayStandFor(flag, '0'),
      eligibility_url: may(type.url),
    },
  },
  fare_media: {
    key: ['fare_media_id'],
    fields: {
      fare_media_id: must(type.id),
      fare_media_name: may(type.text),
      fare_media_type: must(type.oneOf('0', '1', '2', '3', '4')),
    },
  },
  fare_products: {
    required: true,
    key: ['fare_product_id', 'rider_category_id', 'fare_media_id'],
    fields: {
      fare_product_id: must(type.id),
      fare_product_name: may(type.text),
      rider_category_id: may(type.id, 'rider_categories.rider_category_id'),
      fare_media_id: may(type.id, 'fare_media.fare_media_id'),
      amount: must(type.amount),
      currency: must(type.currency),
    },
  },
  timeframes: {
    key: ['timeframe_group_id', 'start_time', 'end_time', 'service_id'],
    fields: {
      timeframe_group_id: must(type.id),
      start_time: may(type.time),
      end_time: may(type.time),
      service_id: must(type.id, ...services),
    },
  },
  areas: {
    key: ['area_id'],
    fields: { area_id: must(type.id), area_name: may(type.text) },
  },
  stop_areas: {
    key: ['area_id', 'stop_id'],
    fields: { area_id: must(type.id, 'areas.area_id'), stop_id: must(type.id, 'stops.stop_id') },
  },
  networks: {
    key: ['network_id'],
    fields: { network_id: must(type.id), network_name: may(type.text) },
  },
  route_networks: {
    key: ['route_id'],
    fields: {
      network_id: must(type.id, 'networks.network_id'),
      route_id: must(type.id, 'routes.route_id'),
    },
  },
  fare_leg_rules: {
    required: true,
    key: [
      'network_id',
      'from_area_id',
      'to_area_id',
      'from_timeframe_group_id',
      'to_timeframe_group_id',
      'fare_product_id',
    ],
    fields: {
      leg_group_id: may(type.id),
      network_id: may(type.id, 'networks.network_id', 'routes.network_id'),
      from_area_id: may(type.id, 'areas.area_id'),
      to_area_id: may(type.id, 'areas.area_id'),
      from_timeframe_group_id: may(type.id, 'timeframes.timeframe_group_id'),
      to_timeframe_group_id: may(type.id, 'timeframes.timeframe_group_id'),
      fare_product_id: must(type.id, 'fare_products.fare_product_id'),
      /** A column without a single number counts, too: a field exists when the header has it. */
      rule_priority: mayStandFor(type.count, 0),
    },
  },
  fare_transfer_rules: {
    key: [
      'from_leg_group_id',
      'to_leg_group_id',
      'fare_product_id',
      'transfer_count',
      'duration_limit',
    ],
    fields: {
      from_leg_group_id: may(type.id, 'fare_leg_rules.leg_group_id'),
      to_leg_group_id: may(type.id, 'fare_leg_rules.leg_group_id'),
      transfer_count: may(type.timesOrNoLimit),
      duration_limit: may(type.positive),
      duration_limit_type: may(type.oneOf('0', '1', '2', '3')),
      fare_transfer_type: must(type.oneOf('0', '1', '2')),
      fare_product_id: may(type.id, 'fare_products.fare_product_id'),
    },
  },
  feed_info: {
    key: [],
    fields: {
      feed_publisher_name: must(type.text),
      feed_publisher_url: must(type.url),
      feed_lang: must(type.language),
      feed_start_date: may(type.date),
      feed_end_date: may(type.date),
    },
    passedOver: ['default_lang', 'feed_version', 'feed_contact_email', 'feed_contact_url'],
  },
  /** Halte's own file, for lists that are short enough to come with the rules. */
  security_listings: {
    key: ['listing_key', 'effect'],
    fields: {
      listing_kind: must(listingKind),
      effect: must(type.oneOf('deny', 'allow')),
      listing_key: must(type.keyedHash),
      reason: must(type.oneOf('debt', 'lost', 'stolen', 'fraud', 'revoked', 'blocked', 'other')),
      valid_from: may(type.moment),
      valid_until: may(type.moment),
      fare_product_id: may(type.id),
      rider_category_id: may(type.id, 'rider_categories.rider_category_id'),
    },
  },
} as const satisfies Readonly<Record<string, Table>>;

export type TableName = keyof typeof tables;

export const tableNames = Object.keys(tables) as readonly TableName[];

/** A row of whichever table. */
export type AnyRow = { readonly line: number } & Readonly<Record<string, unknown>>;

type ValueOf<F> = F extends { readonly type: type.FieldType<infer T>; readonly required: infer R }
  ? R extends true
    ? T
    : T | undefined
  : never;

/** A row that was read: its fields by name, and where it stands. */
export type RowOf<N extends TableName> = { readonly line: number } & {
  readonly [F in keyof (typeof tables)[N]['fields']]: ValueOf<(typeof tables)[N]['fields'][F]>;
};

/** All tables of a feed; one that has no file is empty. */
export type Feed = { readonly [N in TableName]: readonly RowOf<N>[] };
