import { expect, test } from 'vitest';
import { aFlatTariff, someNow } from '../../../sim/testing/builders.ts';
import type { CapPolicy } from '../rules/policy.ts';
import type { Leg, PastLeg } from './leg.ts';
import { type QuoteInput, quoteFare, type TraceStep } from './quote.ts';
import type { Tariff } from './tariff.ts';

const minute = 60_000;
const idr = (amount: number) => ({ amount, currency: 'IDR' });

/** Rp 3.500; free on from a transit shelter, twice at most, within 90 minutes. */
const semarang = aFlatTariff({
  products: [
    { id: 'umum', price: idr(3_500) },
    { id: 'khusus', price: idr(1_000), riderCategory: 'lansia' },
  ],
  riderCategories: new Map([
    ['umum', { name: 'Umum', isDefault: true }],
    ['lansia', { name: 'Lansia', isDefault: false }],
  ]),
  legRules: [
    { product: 'umum', legGroup: 'transit', fromArea: 'halte-transit', priority: 1 },
    { product: 'khusus', legGroup: 'transit', fromArea: 'halte-transit', priority: 1 },
    { product: 'umum', legGroup: 'biasa', priority: 0 },
    { product: 'khusus', legGroup: 'biasa', priority: 0 },
  ],
  transferRules: [
    {
      ...{ fromLegGroup: 'biasa', toLegGroup: 'transit', type: 'first-and-transfer' },
      duration: { seconds: 5_400, between: 'departure-to-departure' },
    },
    {
      ...{ fromLegGroup: 'transit', toLegGroup: 'transit', type: 'first-and-transfer', count: 2 },
      duration: { seconds: 5_400, between: 'departure-to-departure' },
    },
  ],
  areasOfStop: new Map([['simpang-lima', ['halte-transit']]]),
  areaNames: new Map([['halte-transit', 'Halte transit']]),
});

function legOf(change: Partial<Leg> & { readonly stop?: string; readonly ago?: number } = {}): Leg {
  const { stop, ago = 0, ...rest } = change;
  const at = someNow - ago * minute;
  return { routeId: 'koridor-1', boarding: { at, ...(stop && { stopId: stop }) }, ...rest };
}

function pastLeg(change: Partial<PastLeg> = {}): PastLeg {
  return {
    ...{ leg: legOf({ routeId: 'koridor-4', stop: 'mangkang', ago: 40 }), legGroup: 'biasa' },
    ...{ product: 'umum', charged: idr(3_500), transfersUsed: 0 },
    ...{ source: 'device', rulesVersion: 'test-1' },
    ...change,
  };
}

function quote(input: Partial<QuoteInput> = {}, tariff: Tariff = semarang) {
  const leg = legOf({ stop: 'simpang-lima' });
  return quoteFare(tariff, { leg, past: [], caps: [], transferNeedsOtherRoute: false, ...input });
}

test('quotes the leg on its own where a journey begins', () => {
  expect(quote()).toEqual({
    ...{ product: 'umum', amount: idr(3_500), legGroup: 'transit', transfersUsed: 0 },
    ...{ provisional: [], cappedBy: undefined, owedToRider: undefined },
  });
});

test('quotes nothing but the transfer where a journey goes on', () => {
  expect(quote({ past: [pastLeg()] })).toMatchObject({ amount: idr(0), transfersUsed: 1 });
});

test.each<[string, Partial<QuoteInput>]>([
  ['elsewhere', { leg: legOf({ stop: 'mangkang' }), past: [pastLeg()] }],
  ['too late', { past: [pastLeg({ leg: legOf({ routeId: 'koridor-4', ago: 91 }) })] }],
  ['after no transfers left', { past: [pastLeg({ legGroup: 'transit', transfersUsed: 2 })] }],
  ['beside a companion', { past: [pastLeg({ leg: legOf({ ago: 1 }) })] }],
])('quotes the whole fare %s', (_, input) => {
  expect(quote(input)).toMatchObject({ amount: idr(3_500), transfersUsed: 0, provisional: [] });
});

test('quotes the fare of the rider’s category', () => {
  const leg = legOf({ riderCategory: 'lansia' });

  expect(quote({ leg: { ...leg, boarding: { at: someNow, stopId: 'x' } } })).toMatchObject({
    ...{ product: 'khusus', amount: idr(1_000), legGroup: 'biasa' },
  });
});

test('charges in full where the stop is not known, and leaves the rest to the office', () => {
  expect(quote({ leg: legOf(), past: [pastLeg()] })).toMatchObject({
    ...{ amount: idr(3_500), legGroup: 'biasa', provisional: ['from-area'] },
  });
});

test.each<[string, string | undefined, string | undefined, number, readonly string[]]>([
  ['another route', 'koridor-4', 'koridor-1', 0, []],
  ['the same route again', 'koridor-1', 'koridor-1', 3_500, []],
  ['a route not known', 'koridor-4', undefined, 3_500, ['route']],
  ['a route not known before', undefined, 'koridor-1', 3_500, ['route']],
])('transfers only to another route where the operator says so: %s', (_, one, other, sum, open) => {
  const route = (routeId?: string) => (routeId === undefined ? {} : { routeId });
  const { routeId: _route, ...leg } = legOf({ stop: 'simpang-lima' });
  const past = [pastLeg({ leg: { ...route(one), boarding: { at: someNow - 40 * minute } } })];
  const input = { leg: { ...leg, ...route(other) }, past, transferNeedsOtherRoute: true };

  expect(quote(input)).toMatchObject({ amount: idr(sum), provisional: open });
});

test('does not look behind the same route for a leg to transfer from', () => {
  const past = [
    pastLeg(),
    pastLeg({ leg: legOf({ ago: 20 }), legGroup: 'transit', charged: idr(0), transfersUsed: 1 }),
  ];

  expect(quote({ past, transferNeedsOtherRoute: true })?.amount).toEqual(idr(3_500));
});

/** Every leg is of one group and costs Rp 3.500; the transfer costs what `amount` says. */
function transferFor(amount: number, type: Tariff['transferRules'][number]['type']): Tariff {
  return aFlatTariff({
    products: [
      { id: 'ride', price: idr(3_500) },
      { id: 'transfer', price: idr(amount) },
    ],
    legRules: [{ product: 'ride', legGroup: 'bus' }],
    transferRules: [
      { ...{ fromLegGroup: 'bus', toLegGroup: 'bus', count: -1 }, type, product: 'transfer' },
    ],
  });
}

test('owes the rider what a transfer costs less than what was charged, and never pays out', () => {
  const tariff = transferFor(3_000, 'transfer-only');

  expect(quote({ past: [pastLeg({ legGroup: 'bus' })] }, tariff)).toMatchObject({
    ...{ product: 'transfer', amount: idr(0), owedToRider: idr(500), transfersUsed: 1 },
  });
});

test('takes a discount off the second leg', () => {
  const tariff = transferFor(-1_000, 'both-and-transfer');

  expect(quote({ past: [pastLeg({ legGroup: 'bus' })] }, tariff)).toMatchObject({
    ...{ amount: idr(2_500), owedToRider: undefined, transfersUsed: 1 },
  });
});

test('begins a new journey where a transfer would cost more', () => {
  const tariff = transferFor(500, 'both-and-transfer');

  expect(quote({ past: [pastLeg({ legGroup: 'bus' })] }, tariff)).toMatchObject({
    ...{ product: 'ride', amount: idr(3_500), transfersUsed: 0 },
  });
});

test('keeps the journey where a transfer costs the same', () => {
  const tariff = transferFor(0, 'both-and-transfer');

  expect(quote({ past: [pastLeg({ legGroup: 'bus' })] }, tariff)).toMatchObject({
    ...{ amount: idr(3_500), transfersUsed: 1 },
  });
});

test('keeps the journey with a leg group that another one precedes, for the same sum', () => {
  const tariff = {
    ...transferFor(0, 'both-and-transfer'),
    legRules: ['other', 'bus'].map((legGroup) => ({ product: 'ride', legGroup })),
  };

  expect(quote({ past: [pastLeg({ legGroup: 'bus' })] }, tariff)).toMatchObject({
    ...{ legGroup: 'bus', amount: idr(3_500), transfersUsed: 1 },
  });
});

test('takes the leg group whose transfer is cheapest', () => {
  const tariff = {
    ...transferFor(0, 'first-and-transfer'),
    legRules: [
      { product: 'ride', legGroup: 'other' },
      { product: 'ride', legGroup: 'bus' },
    ],
  };

  expect(quote({}, tariff)).toMatchObject({ legGroup: 'other', amount: idr(3_500) });
  expect(quote({ past: [pastLeg({ legGroup: 'bus' })] }, tariff)).toMatchObject({
    ...{ legGroup: 'bus', amount: idr(0) },
  });
});

test('leaves to the office a transfer that hangs on a missing tap', () => {
  const tariff: Tariff = {
    ...semarang,
    transferRules: [
      {
        ...{ fromLegGroup: 'biasa', toLegGroup: 'transit', type: 'first-and-transfer' },
        duration: { seconds: 1_800, between: 'arrival-to-departure' },
      },
    ],
  };

  expect(quote({ past: [pastLeg()] }, tariff)).toMatchObject({
    ...{ amount: idr(3_500), provisional: ['first-arrival'] },
  });
});

const cap: CapPolicy = { id: 'harian', period: { kind: 'service-day' }, amount: idr(10_000) };

test('stays below the caps', () => {
  const past = [pastLeg({ charged: idr(8_000) })];
  const leg = legOf({ stop: 'mangkang' });

  expect(quote({ leg, past, caps: [cap] })).toMatchObject({
    ...{ amount: idr(2_000), cappedBy: 'harian' },
  });
});

test('knows no fare where no rule fits', () => {
  expect(quote({}, { ...semarang, legRules: [] })).toBeUndefined();
});

function stepsOf(input: Partial<QuoteInput>, tariff: Tariff = semarang) {
  const steps: TraceStep[] = [];
  const leg = legOf({ stop: 'simpang-lima' });
  const whole = { leg, past: [], caps: [], transferNeedsOtherRoute: false, ...input };
  quoteFare(tariff, whole, (step) => steps.push(step));
  return steps.map(({ rule, holds, text }) => `${rule} ${holds ? 'yes' : 'no'}: ${text}`);
}

test('tells step by step how a fare came out', () => {
  expect(stepsOf({ past: [pastLeg()], caps: [cap] })).toEqual([
    'fare_leg_rules yes: umum, from Halte transit, leg group transit: Rp 3.500',
    'fare_leg_rules no: khusus, from Halte transit, leg group transit: not for this rider',
    'fare_leg_rules no: umum, leg group biasa: Rp 3.500, but of lower priority',
    'fare_leg_rules no: khusus, leg group biasa: not for this rider',
    'fare_transfer_rules yes: biasa to transit, within 90 min, departure to departure: Rp 0 now',
    'caps no: no cap is reached',
  ]);
});

test.each<[string, Partial<QuoteInput>, string]>([
  ['nothing before', {}, 'fare_transfer_rules no: no earlier leg is known'],
  [
    'no rule',
    { past: [pastLeg({ legGroup: 'gone' })] },
    'fare_transfer_rules no: no rule joins it to the earlier leg',
  ],
  [
    'no transfers left',
    { past: [pastLeg({ legGroup: 'transit', transfersUsed: 2 })] },
    'fare_transfer_rules no: transit to transit, within 90 min, departure to departure, ' +
      '2 times at most: no transfers left',
  ],
  [
    'a cap',
    { past: [pastLeg({ charged: idr(9_000), legGroup: 'gone' })], caps: [cap] },
    'caps yes: harian leaves Rp 1.000',
  ],
])('tells why there is no transfer, or less to pay: %s', (_, input, text) => {
  expect(stepsOf(input)).toContain(text);
});

test('tells what a rule waits for, and when none fits', () => {
  expect(stepsOf({ leg: legOf() })[0]).toBe(
    'fare_leg_rules no: umum, from Halte transit, leg group transit: Rp 3.500, ' +
      'but not known yet: from-area',
  );
  expect(stepsOf({}, { ...semarang, legRules: [] })).toEqual([
    'fare_leg_rules no: no rule fits this leg',
  ]);
});
