import { expect, test } from 'vitest';
import { aFlatTariff } from '../../../sim/testing/builders.ts';
import type { Leg } from './leg.ts';
import { legFares, maximumFare } from './leg-fare.ts';
import type { FareLegRule, Tariff } from './tariff.ts';

/** A product for each sum: `2000` costs Rp 2.000. */
const sums = [1_000, 2_000, 5_000, 9_000, 12_000];
const products = sums.map((amount) => ({
  id: String(amount),
  price: { amount, currency: 'IDR' },
}));
const areasOfStop = new Map([
  ['A', ['a']],
  ['B', ['b']],
  ['C', ['c']],
]);

function tariffOf(legRules: readonly FareLegRule[], change: Partial<Tariff> = {}): Tariff {
  return aFlatTariff({ products, areasOfStop, legRules, ...change });
}

function legOf(from?: string, to?: string): Leg {
  const call = (stopId?: string) => ({ at: 0, ...(stopId !== undefined && { stopId }) });
  return { boarding: call(from), ...(to !== undefined && { alighting: call(to) }) };
}

function fares(leg: Leg, ...legRules: FareLegRule[]) {
  return legFares(tariffOf(legRules), leg).map(({ product, provisional, legGroup }) =>
    [product.id, legGroup, ...provisional].filter((part) => part !== undefined).join(' '),
  );
}

test('takes the cheapest of several rules', () => {
  expect(fares(legOf('A'), { product: '5000' }, { product: '2000' })).toEqual(['2000']);
});

test('takes the first in the file of equally cheap ones', () => {
  const [fare] = legFares(
    tariffOf([
      { product: '2000', network: 'x', priority: 0 },
      { product: '2000', fromArea: 'a', priority: 0 },
      { product: '2000', toArea: 'b', priority: 0 },
    ]),
    { ...legOf('A', 'B'), routeId: 'r' },
  );

  expect(fare?.rule).toMatchObject({ fromArea: 'a' });
});

test('takes the highest priority, though dearer', () => {
  const rules = [
    { product: '1000', priority: 0 },
    { product: '9000', priority: 2 },
    { product: '5000', priority: 2 },
  ];

  expect(fares(legOf('A'), ...rules)).toEqual(['5000']);
});

test('passes over a rule of higher priority whose product is not for the rider', () => {
  const senior = { id: 'senior', riderCategory: 'lansia', price: { amount: 1, currency: 'IDR' } };
  const rules = [
    { product: '5000', priority: 0 },
    { product: 'senior', priority: 1 },
  ];
  const tariff = tariffOf(rules, { products: [...products, senior] });
  const price = (riderCategory: string) =>
    legFares(tariff, { ...legOf('A'), riderCategory })[0]?.product.price.amount;

  expect(price('umum')).toBe(5_000);
  expect(price('lansia')).toBe(1);
});

test('knows no fare when no rule fits, or none has a product for the rider', () => {
  expect(fares(legOf('A'), { product: '1000', fromArea: 'b' })).toEqual([]);
  expect(fares(legOf('A'), { product: 'gone' })).toEqual([]);
  expect(fares(legOf('A'))).toEqual([]);
});

test('has a fare in each leg group, cheapest first', () => {
  const rules = [
    { product: '5000', legGroup: 'bus' },
    { product: '2000', legGroup: 'rail' },
    { product: '9000', legGroup: 'bus' },
  ];

  expect(fares(legOf('A'), ...rules)).toEqual(['2000 rail', '5000 bus']);
});

test.each<[string, Leg, readonly FareLegRule[], readonly string[]]>([
  [
    'waits for nothing when what is not known changes nothing',
    legOf(undefined),
    [
      { product: '2000', priority: 1 },
      { product: '1000', fromArea: 'a', priority: 0 },
    ],
    ['2000'],
  ],
  [
    'takes what is sure, and says when a rule of higher priority waits',
    legOf(undefined),
    [
      { product: '2000', priority: 0 },
      { product: '5000', fromArea: 'a', priority: 1 },
    ],
    ['2000 from-area'],
  ],
  [
    'says when a cheaper rule waits',
    legOf('A'),
    [
      { product: '5000', priority: 0 },
      { product: '2000', toArea: 'b', priority: 0 },
    ],
    ['5000 to-area'],
  ],
  [
    'says when only the leg group hangs on it',
    legOf(undefined),
    [
      { product: '2000', legGroup: 'bus', priority: 0 },
      { product: '2000', legGroup: 'shelter', fromArea: 'a', priority: 1 },
    ],
    ['2000 bus from-area'],
  ],
  [
    'says nothing when the waiting rule comes to the same',
    legOf(undefined),
    [
      { product: '2000', priority: 0 },
      { product: '2000', fromArea: 'a', priority: 1 },
    ],
    ['2000'],
  ],
  [
    'takes the cheapest that may be when nothing is sure',
    legOf(undefined),
    [
      { product: '5000', fromArea: 'a', toArea: 'b' },
      { product: '2000', fromArea: 'b', toArea: 'c' },
    ],
    ['2000 from-area to-area'],
  ],
])('%s', (_, leg, rules, expected) => {
  expect(fares(leg, ...rules)).toEqual(expected);
});

const zones: readonly FareLegRule[] = [
  { product: '2000', fromArea: 'a', toArea: 'a' },
  { product: '5000', fromArea: 'a', toArea: 'b' },
  { product: '9000', fromArea: 'a', toArea: 'c' },
  { product: '12000', fromArea: 'b', toArea: 'c' },
];
const maximum = (leg: Leg, rules = zones, change: Partial<Tariff> = {}) =>
  maximumFare(tariffOf(rules, change), leg)?.product.id;

test('has the dearest fare that can be reached from where the rider boarded', () => {
  expect(maximum(legOf('A'))).toBe('9000');
  expect(maximum(legOf('B'))).toBe('12000');
  expect(maximum(legOf('C'))).toBeUndefined();
});

test('has the fare of the way itself once the rider has left', () => {
  expect(maximum(legOf('A', 'B'))).toBe('5000');
});

test('decides for the rider when the bus did not know where it was', () => {
  expect(maximum(legOf(undefined))).toBe('9000');
});

test('has the cheapest product of the dearest way: nobody pays a missing tap with a month', () => {
  const rules = [...zones, { product: '12000', fromArea: 'a', toArea: 'c' }];

  expect(maximum(legOf('A'), rules)).toBe('9000');
});

test('heeds priorities: where a flat fare comes first, it is the dearest', () => {
  const rules = [
    { product: '12000', priority: 0 },
    { product: '2000', fromArea: 'a', priority: 1 },
  ];

  expect(maximum(legOf('A'), rules)).toBe('2000');
  expect(maximum(legOf('B'), rules)).toBe('12000');
});

test('counts on leaving in the dearest timeframe that is still to come', () => {
  const everyDay = { weekdays: 127, from: -1, through: 1, added: new Set<number>() };
  const change = {
    timeframes: new Map([
      ['morning', [{ start: 0, end: 10 * 3_600, serviceId: 'daily' }]],
      ['evening', [{ start: 17 * 3_600, end: 86_400, serviceId: 'daily' }]],
    ]),
    calendar: new Map([['daily', { ...everyDay, removed: new Set<number>() }]]),
  };
  const rules = [
    { product: '12000', toTimeframes: 'morning', priority: 1 },
    { product: '5000', toTimeframes: 'evening', priority: 1 },
    { product: '2000', priority: 0 },
  ];
  // In Semarang it is seven in the morning at 0, and noon five hours later.
  const noon = { boarding: { at: 5 * 3_600_000, stopId: 'A' } };

  expect(maximum(legOf('A'), rules, change)).toBe('12000');
  expect(maximum(noon, rules, change)).toBe('5000');
});
