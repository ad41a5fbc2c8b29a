/**
 * Examples of GTFS-Fares v2 published with the standard, typed afresh; agency and routes, which they
 * leave out, are added. https://gtfs.org/documentation/schedule/examples/fares-v2/
 */
import { expect, test } from 'vitest';
import { feedOf } from '../../sim/testing/gtfs-feeds.ts';
import { quoteFare } from '../core/fare/quote.ts';
import { compileTariff } from './compile-tariff.ts';
import { readFeed } from './gtfs/read-feed.ts';

const agency = `agency_name,agency_url,agency_timezone
Example,https://example.org,America/New_York`;

const days = 'monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date';

function tariffOf(texts: Readonly<Record<string, string>>) {
  const { feed, problems } = readFeed(feedOf({ agency, ...texts }));
  expect(problems).toEqual([]);
  return compileTariff(feed, { dayBeginsAtMinutes: 180 });
}

function fareOf(tariff: ReturnType<typeof tariffOf>, leg: Parameters<typeof quoteFare>[1]['leg']) {
  const journey = { past: [], caps: [], transferNeedsOtherRoute: false };
  return quoteFare(tariff, { leg, ...journey })?.amount.amount;
}

const metroNorth = {
  stops: `stop_id,stop_name,stop_lat,stop_lon
ITO1887,Harlem-125th Street,40.805256,-73.939148
ITO2383,Grand Central,40.752823,-73.977196
ITO1856,Garrison,41.381126,-73.947334
ITO1897,Cold Spring,41.415382,-73.958092`,
  routes: `route_id,route_long_name,route_type
669,Hudson,2`,
  areas: `area_id,area_name
mnr_1,
mnr_HUD-7,`,
  stop_areas: `area_id,stop_id
mnr_1,ITO1887
mnr_1,ITO2383
mnr_HUD-7,ITO1856
mnr_HUD-7,ITO1897`,
  networks: `network_id,network_name
mnr_hudson,MNR Hudson Line`,
  route_networks: `network_id,route_id
mnr_hudson,669`,
  calendar: `service_id,${days}
weekdays,1,1,1,1,1,0,0,20220101,20240101
weekends,0,0,0,0,0,1,1,20220101,20240101
anyday,1,1,1,1,1,1,1,20220101,20240101`,
  timeframes: `timeframe_group_id,start_time,end_time,service_id
anytime,00:00:00,24:00:00,anyday
weekdays,00:00:00,24:00:00,weekdays
weekends,00:00:00,24:00:00,weekends
mnr_ampeak,06:00:00,10:00:00,weekdays
mnr_notampeak,00:00:00,06:00:00,weekdays
mnr_notampeak,10:00:00,24:00:00,weekdays
mnr_am2pmpeak,06:00:00,09:00:00,weekdays
mnr_am2pmpeak,16:00:00,20:00:00,weekdays
mnr_notam2pmpeak,00:00:00,06:00:00,weekdays
mnr_notam2pmpeak,09:00:00,16:00:00,weekdays
mnr_notam2pmpeak,20:00:00,24:00:00,weekdays`,
  fare_media: `fare_media_id,fare_media_name,fare_media_type
paper,Paper,1`,
  fare_products: `fare_product_id,fare_product_name,fare_media_id,amount,currency
mnr_1:HUD-7_adult_peak,Outbound Adult Peak Zonal Fare,paper,20.00,USD
mnr_1:HUD-7_adult,Outbound Adult Off Peak Zonal Fare,paper,15.00,USD
mnr_HUD-7:1_adult_peak,Inbound Adult Peak Zonal Fare,paper,20.00,USD
mnr_HUD-7:1_adult,Inbound Adult Off Peak Zonal Fare,paper,15.00,USD`,
  fare_leg_rules: `network_id,from_area_id,to_area_id,fare_product_id,from_timeframe_group_id,to_timeframe_group_id
mnr_hudson,mnr_1,mnr_HUD-7,mnr_1:HUD-7_adult,mnr_notam2pmpeak,anytime
mnr_hudson,mnr_1,mnr_HUD-7,mnr_1:HUD-7_adult,weekends,anytime
mnr_hudson,mnr_1,mnr_HUD-7,mnr_1:HUD-7_adult_peak,mnr_am2pmpeak,anytime
mnr_hudson,mnr_HUD-7,mnr_1,mnr_HUD-7:1_adult,weekdays,mnr_notampeak
mnr_hudson,mnr_HUD-7,mnr_1,mnr_HUD-7:1_adult,weekends,anytime
mnr_hudson,mnr_HUD-7,mnr_1,mnr_HUD-7:1_adult_peak,weekdays,mnr_ampeak`,
};

test.each([
  // The two trains of the example, on a Wednesday.
  ['18:45, train 869', '2023-08-16T18:45:00-04:00', 'ITO2383', 'ITO1897', 2_000],
  ['21:04, train 883', '2023-08-16T21:04:00-04:00', 'ITO2383', 'ITO1897', 1_500],
  // By the same tables: into town the hour of arrival counts, and no weekend has a peak.
  ['8:50, arriving at 10:10', '2023-08-16T08:50:00-04:00', 'ITO1897', 'ITO2383', 1_500],
  ['18:45 on a Saturday', '2023-08-19T18:45:00-04:00', 'ITO2383', 'ITO1897', 1_500],
  // In winter the same hour is an hour later in UTC.
  ['18:45 in winter', '2023-01-18T18:45:00-05:00', 'ITO2383', 'ITO1897', 2_000],
])('charges for Metro-North by zone and time: %s', (_, boarded, from, to, cents) => {
  const at = Date.parse(boarded);
  const leg = {
    ...{ routeId: '669', fareMedia: 'paper' },
    boarding: { at, stopId: from },
    alighting: { at: at + 80 * 60_000, stopId: to },
  };

  expect(fareOf(tariffOf(metroNorth), leg)).toBe(cents);
});

const muni = {
  fare_media: `fare_media_id,fare_media_name,fare_media_type
clipper,Clipper,2
cash,Cash,0`,
  fare_products: `fare_product_id,fare_product_name,amount,currency,fare_media_id
SF:local:single,Muni single local fare,3,USD,cash
SF:local:single,Muni single local fare,2.5,USD,clipper`,
  fare_leg_rules: `fare_product_id
SF:local:single`,
};

test.each([
  ['cash', 300],
  ['clipper', 250],
])('charges for Muni by the medium: %s', (fareMedia, cents) => {
  const leg = { fareMedia, boarding: { at: Date.parse('2026-11-24T12:00:00Z') } };

  expect(fareOf(tariffOf(muni), leg)).toBe(cents);
});

test('reads the 90 minutes of Maryland as they are meant', () => {
  const { transferRules } = tariffOf({
    routes: 'route_id,route_short_name,route_type,network_id\n54,54,3,core',
    fare_products: `fare_product_id,fare_product_name,amount,currency
core_local_oneway_fare,One Way Full Fare,2.00,USD`,
    fare_leg_rules: `leg_group_id,network_id,fare_product_id
core_local_one_way_trip,core,core_local_oneway_fare`,
    fare_transfer_rules: `from_leg_group_id,to_leg_group_id,duration_limit,duration_limit_type,fare_transfer_type,transfer_count
core_local_one_way_trip,core_local_one_way_trip,5400,1,0,-1`,
  });

  expect(transferRules).toEqual([
    {
      ...{ fromLegGroup: 'core_local_one_way_trip', toLegGroup: 'core_local_one_way_trip' },
      ...{ count: -1, type: 'first-and-transfer' },
      duration: { seconds: 5_400, between: 'departure-to-departure' },
    },
  ]);
});

test('finds the slip of the pen in the published example of BART', () => {
  const { problems } = readFeed(
    feedOf({
      agency,
      areas: 'area_id,area_name\nASHB,\nGLEN,\nOAKL,',
      stops: `stop_id,stop_name,stop_lat,stop_lon
ASHB,Ashby,37.853,-122.270
GLEN,Glen Park,37.733,-122.434
OAKL,Oakland Airport,37.713,-122.212`,
      stop_areas: 'area_id,stop_id\nASHB,ASHB\nGLEN,GLEN\nOAKL,OAKL',
      fare_products: `fare_product_id,fare_product_name,amount,currency
BA:matrix:ASHB-GLEN,generated,4.75,USD
BA:matrix:ASHB-OAKL,generated,9.45,USD`,
      fare_leg_rules: `leg_group_id,from_area_id,to_area_id,fare_product_id
BA,ASHB,GLEN,BA:matrix:ASHB-GLEN
BA,ASKB,OAKL,BA:matrix:ASHB-OAKL`,
    }),
  );

  expect(problems).toEqual([
    expect.objectContaining({
      ...{ file: 'fare_leg_rules.txt', line: 3, column: 'from_area_id' },
      ...{ code: 'unknown-reference', hint: 'did you mean "ASHB"?' },
    }),
  ]);
});
