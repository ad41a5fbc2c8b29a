import { expect, test } from 'vitest';
import { compileTariff } from '../compile-tariff.ts';
import { offsetsOf } from '../utc-offsets.ts';
import { minorUnits } from './minor-units.ts';
import { readFeed } from './read-feed.ts';

/** A small feed without a mistake: every file, few rows. */
const sound: Readonly<Record<string, string>> = {
  agency:
    'agency_id,agency_name,agency_url,agency_timezone\na,Agency,https://example.org,Asia/Jakarta',
  stops:
    'stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nst,Station,-7,110,1,\np,Platform,-7,110,0,st\nq,Quay,-7.1,110,,',
  routes: 'route_id,agency_id,route_short_name,route_type\nr,a,1,3',
  trips: 'route_id,service_id,trip_id\nr,s,t',
  stop_times:
    'trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,23:50:00,23:51:00,p,1\nt,24:10:00,24:10:00,q,2',
  calendar:
    'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\ns,1,1,1,1,1,0,0,20260101,20261231',
  calendar_dates: 'service_id,date,exception_type\ns,20260817,2',
  rider_categories:
    'rider_category_id,rider_category_name,is_default_fare_category\nadult,Adult,1\nchild,Child,0',
  fare_media: 'fare_media_id,fare_media_name,fare_media_type\ncard,Card,2',
  fare_products:
    'fare_product_id,rider_category_id,fare_media_id,amount,currency\none,,card,2.50,EUR\none,child,card,1.20,EUR\ndiscount,,,-0.50,EUR',
  timeframes: 'timeframe_group_id,start_time,end_time,service_id\npeak,07:00:00,09:00:00,s',
  areas: 'area_id,area_name\nz1,Zone 1',
  stop_areas: 'area_id,stop_id\nz1,st',
  networks: 'network_id,network_name\nn,Network',
  route_networks: 'network_id,route_id\nn,r',
  fare_leg_rules:
    'leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id\ng,n,z1,,peak,one\ng,n,,,,one',
  fare_transfer_rules:
    'from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type,fare_product_id\ng,g,1,3600,1,1,discount',
};

function read(change: Readonly<Record<string, string | undefined>> = {}) {
  const files = Object.entries({ ...sound, ...change }).flatMap(([name, text]) =>
    text === undefined ? [] : [[`${name}.txt`, new TextEncoder().encode(text)] as const],
  );
  return readFeed(new Map(files));
}

/** `file:line column code`, as few words as tell one mistake from another. */
function complaints(change: Readonly<Record<string, string | undefined>>): readonly string[] {
  return read(change).problems.map(
    ({ file, line, column, code }) => `${file}:${line ?? ''} ${column ?? ''} ${code}`,
  );
}

/** The sound file with one text in place of another. */
function edited(name: keyof typeof sound, from: string, to: string) {
  const text = sound[name] ?? '';
  if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
  return { [name]: text.replace(from, to) };
}

test('finds nothing wrong with a sound feed', () => {
  expect(complaints({})).toEqual([]);
});

test.each<[string, Readonly<Record<string, string | undefined>>, string]>([
  ['no agency', { agency: undefined }, 'agency.txt:  missing-file'],
  ['an empty file', { networks: '' }, 'networks.txt:1  empty-file'],
  ['an unknown file', { fares: 'a\n1' }, 'fares.txt:  unknown-file'],
  ['a missing field', edited('areas', 'area_id', 'area'), 'areas.txt:1 area_id missing-field'],
  [
    'an unknown field',
    edited('areas', 'area_name', 'area_nmae'),
    'areas.txt:1 area_nmae unknown-field',
  ],
  [
    'a field twice',
    edited('areas', 'area_id,area_name', 'area_id,area_id'),
    'areas.txt:1 area_id field-twice',
  ],
  ['too many cells', edited('areas', 'Zone 1', 'Zone 1,x'), 'areas.txt:2  too-many-cells'],
  ['an open quote', edited('areas', 'Zone 1', '"Zone 1'), 'areas.txt:2  not-csv'],
  ['an empty id', edited('areas', 'z1,', ','), 'areas.txt:2 area_id missing-value'],
  [
    'an id that nobody can type',
    edited('areas', 'z1,', 'z\u00e9,'),
    'areas.txt:2 area_id bad-value',
  ],
  [
    'a bad URL',
    edited('agency', 'https://example.org', 'example'),
    'agency.txt:2 agency_url bad-value',
  ],
  [
    'a bad time zone',
    edited('agency', 'Asia/Jakarta', 'Asia/Semarang'),
    'agency.txt:2 agency_timezone bad-value',
  ],
  [
    'two time zones',
    { agency: `${sound.agency}\nb,B,https://example.org,Asia/Tokyo` },
    'agency.txt:3 agency_timezone two-time-zones',
  ],
  [
    'an agency twice',
    { agency: `${sound.agency}\na,B,https://example.org,Asia/Jakarta` },
    'agency.txt:3 agency_id row-twice',
  ],
  ['a latitude too far', edited('stops', '-7.1', '-97.1'), 'stops.txt:4 stop_lat bad-value'],
  [
    'a longitude in words',
    edited('stops', 'q,Quay,-7.1,110', 'q,Quay,-7.1,east'),
    'stops.txt:4 stop_lon bad-value',
  ],
  ['a stop without a name', edited('stops', 'q,Quay', 'q,'), 'stops.txt:4 stop_name missing-value'],
  [
    'a station in a station',
    edited('stops', '110,1,', '110,1,st'),
    'stops.txt:2 parent_station station-in-station',
  ],
  [
    'an unknown station',
    edited('stops', '110,0,st', '110,0,sx'),
    'stops.txt:3 parent_station unknown-reference',
  ],
  [
    'a route without a name',
    edited('routes', 'a,1,3', 'a,,3'),
    'routes.txt:2 route_short_name missing-value',
  ],
  [
    'a route of nobody',
    edited('routes', 'r,a,', 'r,b,'),
    'routes.txt:2 agency_id unknown-reference',
  ],
  [
    'a network told twice',
    { routes: 'route_id,route_short_name,route_type,network_id\nr,1,3,n' },
    'routes.txt:2 network_id network-twice',
  ],
  [
    'a trip on no route',
    edited('trips', 'r,s,t', 'x,s,t'),
    'trips.txt:2 route_id unknown-reference',
  ],
  [
    'a trip on no day',
    edited('trips', 'r,s,t', 'r,x,t'),
    'trips.txt:2 service_id unknown-reference',
  ],
  [
    'a call of no trip',
    edited('stop_times', 't,24:10', 'x,24:10'),
    'stop_times.txt:3 trip_id unknown-reference',
  ],
  [
    'a call at no stop',
    edited('stop_times', ',q,2', ',x,2'),
    'stop_times.txt:3 stop_id unknown-reference',
  ],
  ['a sequence twice', edited('stop_times', ',q,2', ',q,1'), 'stop_times.txt:3 trip_id row-twice'],
  [
    'a bad time',
    edited('stop_times', '24:10:00,24', '24:60:00,24'),
    'stop_times.txt:3 arrival_time bad-value',
  ],
  [
    'a time that goes back',
    edited('stop_times', '24:10:00,24:10:00', '00:10:00,00:10:00'),
    'stop_times.txt:3 arrival_time time-goes-back',
  ],
  [
    'a terminus without a time',
    edited('stop_times', '24:10:00,24:10:00', ','),
    'stop_times.txt:3 arrival_time missing-value',
  ],
  [
    'a calendar that ends first',
    edited('calendar', '20261231', '20251231'),
    'calendar.txt:2 end_date ends-before-it-begins',
  ],
  [
    'a day that is none',
    edited('calendar', '20261231', '20261331'),
    'calendar.txt:2 end_date bad-value',
  ],
  [
    'a 29th of February',
    edited('calendar', '20261231', '20260229'),
    'calendar.txt:2 end_date bad-value',
  ],
  ['a weekday of 2', edited('calendar', 's,1,1', 's,2,1'), 'calendar.txt:2 monday bad-value'],
  [
    'an exception of kind 3',
    edited('calendar_dates', '0817,2', '0817,3'),
    'calendar_dates.txt:2 exception_type bad-value',
  ],
  [
    'no default category',
    edited('rider_categories', 'Adult,1', 'Adult,0'),
    'rider_categories.txt:1 is_default_fare_category no-default',
  ],
  [
    'two default categories',
    edited('rider_categories', 'Child,0', 'Child,1'),
    'rider_categories.txt:3 is_default_fare_category two-defaults',
  ],
  [
    'a medium of type 5',
    edited('fare_media', 'Card,2', 'Card,5'),
    'fare_media.txt:2 fare_media_type bad-value',
  ],
  [
    'a price in words',
    edited('fare_products', '2.50', 'two'),
    'fare_products.txt:2 amount bad-value',
  ],
  [
    'a price of half a cent',
    edited('fare_products', '2.50', '2.505'),
    'fare_products.txt:2 amount bad-amount',
  ],
  [
    'a currency in words',
    edited('fare_products', '2.50,EUR', '2.50,Euro'),
    'fare_products.txt:2 currency bad-value',
  ],
  [
    'two currencies',
    edited('fare_products', '1.20,EUR', '1.20,IDR'),
    'fare_products.txt:3 currency two-currencies',
  ],
  [
    'a negative fare',
    edited('fare_products', '2.50', '-2.50'),
    'fare_products.txt:2 amount negative-fare',
  ],
  [
    'a product for no category',
    edited('fare_products', 'one,child', 'one,dog'),
    'fare_products.txt:3 rider_category_id unknown-reference',
  ],
  [
    'a product row twice',
    edited('fare_products', 'one,child,', 'one,,'),
    'fare_products.txt:3 fare_product_id row-twice',
  ],
  [
    'half a window',
    edited('timeframes', ',09:00:00', ','),
    'timeframes.txt:2 start_time half-a-window',
  ],
  [
    'a window past midnight',
    edited('timeframes', '09:00:00', '25:00:00'),
    'timeframes.txt:2 start_time bad-window',
  ],
  [
    'a window backwards',
    edited('timeframes', '09:00:00', '06:00:00'),
    'timeframes.txt:2 start_time bad-window',
  ],
  [
    'windows that overlap',
    { timeframes: `${sound.timeframes}\npeak,08:00:00,10:00:00,s` },
    'timeframes.txt:3 start_time windows-overlap',
  ],
  [
    'a stop in no area',
    edited('stop_areas', 'z1,st', 'z2,st'),
    'stop_areas.txt:2 area_id unknown-reference',
  ],
  [
    'a route in two networks',
    { networks: `${sound.networks}\nm,M`, route_networks: `${sound.route_networks}\nm,r` },
    'route_networks.txt:3 route_id row-twice',
  ],
  [
    'a leg rule for nothing',
    edited('fare_leg_rules', 'peak,one', 'peak,two'),
    'fare_leg_rules.txt:2 fare_product_id unknown-reference',
  ],
  [
    'a leg rule at no time',
    edited('fare_leg_rules', 'peak,one', 'noon,one'),
    'fare_leg_rules.txt:2 from_timeframe_group_id unknown-reference',
  ],
  [
    'a leg rule from nowhere',
    edited('fare_leg_rules', 'n,z1', 'n,z9'),
    'fare_leg_rules.txt:2 from_area_id unknown-reference',
  ],
  [
    'a leg rule twice',
    edited('fare_leg_rules', 'g,n,,,,one', 'h,n,z1,,peak,one'),
    'fare_leg_rules.txt:3 network_id row-twice',
  ],
  [
    'a transfer from nowhere',
    edited('fare_transfer_rules', 'g,g,1', 'h,g,'),
    'fare_transfer_rules.txt:2 from_leg_group_id unknown-reference',
  ],
  [
    'a transfer without a count',
    edited('fare_transfer_rules', 'g,g,1', 'g,g,'),
    'fare_transfer_rules.txt:2 transfer_count transfer-count',
  ],
  [
    'a transfer counted 0',
    edited('fare_transfer_rules', 'g,g,1', 'g,g,0'),
    'fare_transfer_rules.txt:2 transfer_count transfer-count',
  ],
  [
    'a transfer counted -2',
    edited('fare_transfer_rules', 'g,g,1', 'g,g,-2'),
    'fare_transfer_rules.txt:2 transfer_count transfer-count',
  ],
  [
    'a count between groups',
    edited('fare_transfer_rules', 'g,g,1', ',g,1'),
    'fare_transfer_rules.txt:2 transfer_count transfer-count',
  ],
  [
    'half a duration',
    edited('fare_transfer_rules', '3600,1', '3600,'),
    'fare_transfer_rules.txt:2 duration_limit half-a-duration',
  ],
  [
    'a transfer of type 3',
    edited('fare_transfer_rules', '1,1,discount', '1,3,discount'),
    'fare_transfer_rules.txt:2 fare_transfer_type bad-value',
  ],
  [
    'a listing of a short key',
    { security_listings: 'listing_kind,effect,listing_key,reason\ncard,deny,00ff,lost' },
    'security_listings.txt:2 listing_key bad-value',
  ],
  [
    'a listing for no reason',
    { security_listings: `listing_kind,effect,listing_key,reason\ncard,deny,${'0'.repeat(64)},x` },
    'security_listings.txt:2 reason bad-value',
  ],
])('says where a feed has %s', (_, change, complaint) => {
  expect(complaints(change)).toContain(complaint);
});

test('suggests what a slip was meant to be', () => {
  const [problem] = read(edited('areas', 'area_name', 'area_nmae')).problems;

  expect(problem).toMatchObject({ severity: 'warning', hint: 'is "area_name" meant to be it?' });
});

test('reads a byte order mark, quotes, CRLF and spaces around cells', () => {
  const areas = '\uFEFFarea_id,area_name\r\n z1 ,"Zone ""1"", north"\r\n';

  expect(read({ areas }).feed.areas).toEqual([
    { line: 2, area_id: 'z1', area_name: 'Zone "1", north' },
  ]);
});

test('does not take bytes that are not UTF-8', () => {
  const files = new Map([['areas.txt', Uint8Array.of(0x61, 0xff)]]);

  expect(readFeed(files).problems).toContainEqual(
    expect.objectContaining({ file: 'areas.txt', code: 'not-utf8' }),
  );
});

test.each([
  ['3500', 'IDR', 3_500],
  ['3500.00', 'IDR', 3_500],
  ['3500.50', 'IDR', undefined],
  ['2.5', 'EUR', 250],
  ['-0.50', 'EUR', -50],
  ['0', 'EUR', 0],
  ['-0', 'EUR', 0],
  ['120', 'JPY', 120],
  ['1.234', 'BHD', 1_234],
])('counts %s %s in minor units', (amount, currency, expected) => {
  expect(minorUnits(amount, currency)).toBe(expected);
});

test('joins the tables into a tariff', () => {
  const tariff = compileTariff(read().feed, { dayBeginsAtMinutes: 180 });

  expect(tariff.products).toEqual([
    { id: 'one', fareMedia: 'card', price: { amount: 250, currency: 'EUR' } },
    {
      id: 'one',
      riderCategory: 'child',
      fareMedia: 'card',
      price: { amount: 120, currency: 'EUR' },
    },
    { id: 'discount', price: { amount: -50, currency: 'EUR' } },
  ]);
  expect(tariff.legRules).toEqual([
    { legGroup: 'g', network: 'n', fromArea: 'z1', fromTimeframes: 'peak', product: 'one' },
    { legGroup: 'g', network: 'n', product: 'one' },
  ]);
  expect(tariff.transferRules).toEqual([
    {
      ...{ fromLegGroup: 'g', toLegGroup: 'g', count: 1, type: 'both-and-transfer' },
      ...{ duration: { seconds: 3_600, between: 'departure-to-departure' }, product: 'discount' },
    },
  ]);
  expect(tariff.areasOfStop.get('p')).toEqual(['z1']);
  expect(tariff.timeframes.get('peak')).toEqual([{ start: 25_200, end: 32_400, serviceId: 's' }]);
});

test('makes an empty priority 0 when the file has one anywhere', () => {
  const fare_leg_rules = 'fare_product_id,network_id,rule_priority\none,,\none,n,2';

  const { legRules } = compileTariff(
    read({ fare_leg_rules, fare_transfer_rules: undefined }).feed,
    {
      dayBeginsAtMinutes: 0,
    },
  );

  expect(legRules.map(({ priority }) => priority)).toEqual([0, 2]);
});

test('finds the hours at which a time zone changes, to the minute', () => {
  const year = {
    from: Date.UTC(2026, 0, 1) / 86_400_000,
    through: Date.UTC(2026, 11, 31) / 86_400_000,
  };
  const berlin = offsetsOf('Europe/Berlin', year);

  // Directive 2000/84/EC: 01:00 UTC on the last Sundays of March and October.
  expect(berlin).toContainEqual({ from: Date.UTC(2026, 2, 29, 1), minutes: 120 });
  expect(berlin).toContainEqual({ from: Date.UTC(2026, 9, 25, 1), minutes: 60 });
  expect(offsetsOf('Asia/Jakarta', year).map(({ minutes }) => minutes)).toEqual([420]);
});
