import { expect, test } from 'vitest';
import { aFeed, type FeedChange, feedOf } from '../../sim/testing/gtfs-feeds.ts';
import { compileTariff } from './compile-tariff.ts';
import { readFeed } from './gtfs/read-feed.ts';

function tariffOf(...changes: readonly FeedChange[]) {
  return compileTariff(readFeed(aFeed(...changes)).feed, { dayBeginsAtMinutes: 180 });
}

test('joins the tables into a tariff', () => {
  const tariff = tariffOf();
  const rupiah = (amount: number) => ({ amount, currency: 'IDR' });
  const single = { id: 'sekali', name: 'Sekali jalan' };

  expect(tariff.products).toEqual([
    { ...single, riderCategory: 'umum', fareMedia: 'kartu', price: rupiah(3_500) },
    { ...single, riderCategory: 'umum', fareMedia: 'tunai', price: rupiah(4_000) },
    { ...single, riderCategory: 'pelajar', price: rupiah(1_000) },
    { id: 'potongan', name: 'Potongan pindah', price: rupiah(-1_000) },
  ]);
  expect(tariff.legRules).toEqual([
    {
      ...{ legGroup: 'kota', network: 'kota', fromArea: 'pusat', toArea: 'pantai' },
      ...{ fromTimeframes: 'sibuk', product: 'sekali' },
    },
    { legGroup: 'malam', network: 'malam', product: 'sekali' },
  ]);
  expect(tariff.timeframes.get('sibuk')).toEqual([
    { start: 21_600, end: 28_800, serviceId: 'kerja' },
    { start: 57_600, end: 64_800, serviceId: 'kerja' },
    { start: 0, end: 86_400, serviceId: 'setiap-hari' },
  ]);
  expect(tariff.networkOfRoute.get('2')).toBe('malam');
  expect(tariff.riderCategories.get('pelajar')).toEqual({ name: 'Pelajar', isDefault: false });
});

test('names transfers as core does', () => {
  expect(tariffOf().transferRules).toEqual([
    {
      ...{ fromLegGroup: 'kota', toLegGroup: 'kota', count: 1, type: 'first-and-transfer' },
      duration: { seconds: 3_600, between: 'departure-to-departure' },
    },
    {
      ...{ fromLegGroup: 'kota', toLegGroup: 'malam', type: 'both-and-transfer' },
      duration: { seconds: 3_600, between: 'arrival-to-departure' },
      product: 'potongan',
    },
  ]);
});

test('gives a platform the areas of its station, unless it has some of its own', () => {
  // Reference, stop_areas.stop_id: "can be overridden by assigning platforms to other areas".
  const { areasOfStop } = tariffOf();

  expect(areasOfStop.get('alun-alun-a')).toEqual(['pusat']);
  expect(areasOfStop.get('alun-alun-b')).toEqual(['pantai']);
  expect(areasOfStop.has('pasar')).toBe(false);
});

test.each([
  ['one row has one', 'network_id,rule_priority\nkota,2\nmalam,', [2, 0]],
  // Reference, "Term Definitions": a field exists when the header has it.
  ['no row has one', 'network_id,rule_priority\nkota,\nmalam,', [0, 0]],
  ['there is no such field', 'network_id\nkota\nmalam', [undefined, undefined]],
])('takes rule_priority for what it is when %s', (_, text, priorities) => {
  const [header, ...rows] = text.split('\n');
  const rules = [`fare_product_id,${header}`, ...rows.map((row) => `sekali,${row}`)].join('\n');
  const { legRules } = tariffOf({ file: 'fare_leg_rules.txt', line: 0, becomes: rules });

  expect(legRules.map(({ priority }) => priority)).toEqual(priorities);
});

test('takes networks from routes when they stand there', () => {
  const { feed, problems } = readFeed(
    feedOf({
      agency: 'agency_name,agency_url,agency_timezone\nA,https://a.example,Asia/Jakarta',
      routes: 'route_id,route_short_name,route_type,network_id\nr,R,3,kota',
      fare_products: 'fare_product_id,amount,currency\nsekali,3500,IDR',
      fare_leg_rules: 'network_id,fare_product_id\nkota,sekali',
    }),
  );

  expect(problems).toEqual([]);
  expect(compileTariff(feed, { dayBeginsAtMinutes: 0 }).networkOfRoute.get('r')).toBe('kota');
});

test('knows daylight saving time of a feed that says of no day that it means it', () => {
  const { feed } = readFeed(
    feedOf({
      agency: 'agency_name,agency_url,agency_timezone\nA,https://a.example,Europe/Berlin',
      fare_products: 'fare_product_id,amount,currency\none,2.50,EUR',
      fare_leg_rules: 'fare_product_id\none',
    }),
  );
  const { offsets } = compileTariff(feed, { dayBeginsAtMinutes: 0 }).time;

  expect(offsets).toContainEqual({ from: Date.UTC(2026, 9, 25, 1), minutes: 60 });
});

test('counts the days of calendar and exceptions together', () => {
  const service = tariffOf().calendar.get('kerja');

  expect(service).toMatchObject({ weekdays: 0b0011111, from: 20_454, through: 20_818 });
  expect([...(service?.removed ?? [])]).toEqual([Date.UTC(2026, 7, 17) / 86_400_000]);
});
