/**
 * The examples of https://gtfs.org/documentation/schedule/examples/fares/ (archived-fares-examples
 * and fare-transfers), their tables typed in afresh, and what their text says that riders pay.
 */
import { expect, test } from 'vitest';
import { aFlatTariff } from '../../../sim/testing/builders.ts';
import { moment, serviceDate } from '../../../sim/testing/moments.ts';
import type { Leg, PastLeg } from './leg.ts';
import { quoteFare } from './quote.ts';
import type { FareLegRule, FareProduct, FareTransferRule, Tariff, Timeframe } from './tariff.ts';

type PriceList = readonly (readonly [id: string, amount: number, fareMedia?: string])[];

function products(currency: string, prices: PriceList): readonly FareProduct[] {
  return prices.map(([id, amount, fareMedia]) => ({
    ...{ id, price: { amount, currency } },
    ...(fareMedia !== undefined && { fareMedia }),
  }));
}

const eastern = { offsets: [{ from: 0, minutes: -240 }], dayBeginsAtMinutes: 0 };
const service = (weekdays: number, from: string, through: string) => ({
  ...{ weekdays, from: serviceDate(from), through: serviceDate(through) },
  ...{ added: new Set<number>(), removed: new Set<number>() },
});

/** The legs of one rider, each charged as it was quoted. */
function paid(tariff: Tariff, ...legs: readonly Leg[]): readonly (number | undefined)[] {
  let past: readonly PastLeg[] = [];
  return legs.map((leg) => {
    const quote = quoteFare(tariff, { leg, past, caps: [], transferNeedsOtherRoute: false });
    if (quote === undefined) return undefined;
    const { legGroup, product, amount: charged, transfersUsed } = quote;
    const more = legGroup === undefined ? {} : { legGroup };
    const source = { source: 'device', rulesVersion: 'test-1' } as const;
    past = [...past, { leg, product, charged, transfersUsed, ...more, ...source }];
    return charged.amount;
  });
}

test('Maryland: any number of transfers within 90 minutes of the first departure', () => {
  const passes = ['oneway', '1_day', '31_day', '7_day'];
  const tariff = aFlatTariff({
    products: products('USD', [
      ['oneway', 200],
      ['1_day', 460],
      ['31_day', 7_700],
      ['7_day', 2_200],
    ]),
    legRules: passes.map((product) => ({ product, network: 'core', legGroup: 'one_way_trip' })),
    transferRules: [
      {
        ...{ fromLegGroup: 'one_way_trip', toLegGroup: 'one_way_trip', count: -1 },
        duration: { seconds: 5_400, between: 'departure-to-departure' },
        type: 'first-and-transfer',
      },
    ],
    networkOfRoute: new Map(['bus', 'light-rail', 'metro'].map((route) => [route, 'core'])),
  });
  const ride = (routeId: string, minutes: number) => ({
    ...{ routeId, boarding: { at: minutes * 60_000 } },
  });

  expect(
    paid(tariff, ride('bus', 0), ride('metro', 40), ride('light-rail', 90), ride('bus', 103)),
  ).toEqual([200, 0, 0, 200]);
});

test('Bay Area: a fare for each pair of areas', () => {
  const tariff = aFlatTariff({
    products: products('USD', [
      ['ASHB-GLEN', 475],
      ['ASHB-OAKL', 945],
    ]),
    legRules: [
      { legGroup: 'BA', fromArea: 'ASHB', toArea: 'GLEN', product: 'ASHB-GLEN' },
      { legGroup: 'BA', fromArea: 'ASHB', toArea: 'OAKL', product: 'ASHB-OAKL' },
    ],
    areasOfStop: new Map(['ASHB', 'GLEN', 'OAKL'].map((stop) => [stop, [stop]])),
  });
  const ride = (from: string, to: string) => ({
    ...{ boarding: { at: 0, stopId: from }, alighting: { at: 1, stopId: to } },
  });

  expect(paid(tariff, ride('ASHB', 'GLEN'))).toEqual([475]);
  expect(paid(tariff, ride('ASHB', 'OAKL'))).toEqual([945]);
  expect(paid(tariff, ride('GLEN', 'OAKL'))).toEqual([undefined]);
});

test.each<[string, PriceList, readonly (readonly [string, number])[]]>([
  [
    'San Francisco: a price for each medium',
    [
      ['single', 300, 'cash'],
      ['single', 250, 'clipper'],
    ],
    [
      ['cash', 300],
      ['clipper', 250],
    ],
  ],
  [
    'Santa Barbara: one medium cheaper than all others',
    [
      ['single', 600, 'tap_to_ride'],
      ['single', 700],
    ],
    [
      ['tap_to_ride', 600],
      ['cash', 700],
    ],
  ],
])('%s', (_, prices, fares) => {
  const tariff = aFlatTariff({
    products: products('USD', prices),
    legRules: [{ product: 'single' }],
  });

  for (const [fareMedia, amount] of fares) {
    expect(paid(tariff, { boarding: { at: 0 }, fareMedia })).toEqual([amount]);
  }
});

const hour = 3_600;
const window = (start: number, end: number, serviceId: string): Timeframe => ({
  ...{ start: start * hour, end: end * hour, serviceId },
});

test.each([
  ['2022-07-11T07:30', 500],
  ['2022-07-11T11:30', 300],
  ['2022-07-11T15:00', 500],
  ['2022-07-11T20:00', 300],
  ['2022-07-11T22:00', 200],
  ['2022-07-12T04:59', 200],
  ['2022-07-16T07:30', 200],
])('Washington: a fare by the time of departure, %s', (local, amount) => {
  const tariff = aFlatTariff({
    products: products('USD', [
      ['peak', 500],
      ['regular', 300],
      ['weekend', 200],
      ['late_night', 200],
    ]),
    legRules: [
      { network: '1', product: 'weekend', fromTimeframes: 'weekend' },
      { network: '1', product: 'late_night', fromTimeframes: 'weekday_late_night' },
      { network: '1', product: 'peak', fromTimeframes: 'weekday_peak' },
      { network: '1', product: 'regular', fromTimeframes: 'weekday_offpeak' },
    ],
    networkOfRoute: new Map([['red', '1']]),
    timeframes: new Map([
      ['weekday_peak', [window(5, 9.5, 'weekday'), window(15, 19, 'weekday')]],
      ['weekday_offpeak', [window(9.5, 15, 'weekday'), window(19, 21.5, 'weekday')]],
      ['weekday_late_night', [window(21.5, 24, 'weekday'), window(0, 5, 'weekday')]],
      ['weekend', [window(0, 24, 'saturday'), window(0, 24, 'sunday')]],
    ]),
    calendar: new Map([
      ['weekday', service(0b0011111, '2022-07-08', '2022-12-31')],
      ['saturday', service(0b0100000, '2022-07-08', '2022-12-31')],
      ['sunday', service(0b1000000, '2022-07-08', '2022-12-31')],
    ]),
    time: eastern,
  });

  expect(paid(tariff, { routeId: 'red', boarding: { at: moment(`${local}-04:00`) } })).toEqual([
    amount,
  ]);
});

const hudson: readonly FareLegRule[] = [
  { product: 'out', fromTimeframes: 'notam2pmpeak', toTimeframes: 'anytime' },
  { product: 'out', fromTimeframes: 'weekends', toTimeframes: 'anytime' },
  { product: 'out_peak', fromTimeframes: 'am2pmpeak', toTimeframes: 'anytime' },
  { product: 'in', fromTimeframes: 'weekdays', toTimeframes: 'notampeak' },
  { product: 'in', fromTimeframes: 'weekends', toTimeframes: 'anytime' },
  { product: 'in_peak', fromTimeframes: 'weekdays', toTimeframes: 'ampeak' },
].map((rule) => ({
  ...{ network: 'mnr_hudson', ...rule },
  ...(rule.product.startsWith('out')
    ? { fromArea: 'mnr_1', toArea: 'mnr_HUD-7' }
    : { fromArea: 'mnr_HUD-7', toArea: 'mnr_1' }),
}));

test.each([
  ['Grand Central', '18:45', 'Cold Spring', '20:03', 2_000],
  ['Grand Central', '21:04', 'Cold Spring', '22:22', 1_500],
  ['Cold Spring', '06:30', 'Grand Central', '07:50', 2_000],
  ['Cold Spring', '08:50', 'Grand Central', '10:10', 1_500],
])('New York: areas and times, from %s at %s to %s at %s', (from, leaves, to, arrives, amount) => {
  const tariff = aFlatTariff({
    products: products('USD', [
      ['out_peak', 2_000, 'paper'],
      ['out', 1_500, 'paper'],
      ['in_peak', 2_000, 'paper'],
      ['in', 1_500, 'paper'],
    ]),
    legRules: hudson,
    networkOfRoute: new Map([['669', 'mnr_hudson']]),
    areasOfStop: new Map([
      ['Grand Central', ['mnr_1']],
      ['Cold Spring', ['mnr_HUD-7']],
    ]),
    timeframes: new Map([
      ['anytime', [window(0, 24, 'anyday')]],
      ['weekdays', [window(0, 24, 'weekdays')]],
      ['weekends', [window(0, 24, 'weekends')]],
      ['ampeak', [window(6, 10, 'weekdays')]],
      ['notampeak', [window(0, 6, 'weekdays'), window(10, 24, 'weekdays')]],
      ['am2pmpeak', [window(6, 9, 'weekdays'), window(16, 20, 'weekdays')]],
      [
        'notam2pmpeak',
        [window(0, 6, 'weekdays'), window(9, 16, 'weekdays'), window(20, 24, 'weekdays')],
      ],
    ]),
    calendar: new Map([
      ['weekdays', service(0b0011111, '2022-01-01', '2024-01-01')],
      ['weekends', service(0b1100000, '2022-01-01', '2024-01-01')],
      ['anyday', service(0b1111111, '2022-01-01', '2024-01-01')],
    ]),
    time: eastern,
  });
  const call = (stopId: string, local: string) => ({
    ...{ stopId, at: moment(`2023-06-14T${local}-04:00`) },
  });
  const leg = { boarding: call(from, leaves), alighting: call(to, arrives) };

  expect(paid(tariff, { ...leg, routeId: '669', fareMedia: 'paper' })).toEqual([amount]);
});

/** Valid for 90 minutes; from each leg group to each, with what must be added. */
const vancouver: readonly (readonly [string, string, string?])[] = [
  ['flat_fare_leg', 'flat_fare_leg'],
  ['ZN1_ZN1', 'flat_fare_leg'],
  ['flat_fare_leg', 'ZN1_ZN1'],
  ['ZN1_ZN2', 'flat_fare_leg'],
  ['flat_fare_leg', 'ZN1_ZN2', '1_zone_to_2_zone_upgrade'],
  ['ZN1_ZN1', 'ZN1_ZN2', '1_zone_to_2_zone_upgrade'],
];

test.each<[string, readonly (readonly [string, number])[], readonly number[]]>([
  [
    'bus to bus',
    [
      ['flat_fare_leg', 0],
      ['flat_fare_leg', 60],
    ],
    [320, 0],
  ],
  [
    'bus to a fare of two zones: the difference',
    [
      ['flat_fare_leg', 0],
      ['ZN1_ZN2', 60],
    ],
    [320, 145],
  ],
  [
    'two zones to bus',
    [
      ['ZN1_ZN2', 0],
      ['flat_fare_leg', 60],
    ],
    [465, 0],
  ],
  [
    'one zone, then two',
    [
      ['ZN1_ZN1', 0],
      ['ZN1_ZN2', 90],
    ],
    [320, 145],
  ],
  [
    'after 90 minutes',
    [
      ['flat_fare_leg', 0],
      ['ZN1_ZN2', 91],
    ],
    [320, 465],
  ],
  [
    '90 minutes after the first validation, not the last',
    [
      ['flat_fare_leg', 0],
      ['flat_fare_leg', 60],
      ['ZN1_ZN1', 95],
    ],
    [320, 0, 320],
  ],
])('Vancouver: %s', (_, rides, amounts) => {
  const groups = ['flat_fare_leg', 'ZN1_ZN1', 'ZN1_ZN2'];
  const price: Readonly<Record<string, number>> = { ZN1_ZN2: 465 };
  const tariff = aFlatTariff({
    products: products('CAD', [
      ...groups.map((group) => [group, price[group] ?? 320] as const),
      ['1_zone_to_2_zone_upgrade', 145],
    ]),
    // Which leg group a ride is of is the example's business of zones; here its route tells.
    legRules: groups.map((group) => ({ product: group, legGroup: group, network: group })),
    networkOfRoute: new Map(groups.map((group) => [group, group])),
    transferRules: vancouver.map(
      ([fromLegGroup, toLegGroup, product]): FareTransferRule => ({
        ...{ fromLegGroup, toLegGroup, type: 'first-and-transfer' },
        duration: { seconds: 5_400, between: 'departure-to-departure' },
        ...(fromLegGroup === toLegGroup && { count: -1 }),
        ...(product !== undefined && { product }),
      }),
    ),
  });
  const legs = rides.map(([routeId, minutes]) => ({
    ...{ routeId, boarding: { at: minutes * 60_000 } },
  }));

  expect(paid(tariff, ...legs)).toEqual(amounts);
});
