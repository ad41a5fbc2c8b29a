import { expect, test } from 'vitest';
import { aFlatTariff } from '../../../sim/testing/builders.ts';
import type { Leg, PastLeg } from './leg.ts';
import { legFares } from './leg-fare.ts';
import type { DurationLimitType, FareTransferRule, FareTransferType } from './tariff.ts';
import { transferOffers } from './transfer.ts';

const minute = 60_000;
const idr = (amount: number) => ({ amount, currency: 'IDR' });

/** Networks are leg groups here: a leg of route `bus` is of leg group `bus` and costs Rp 3.500. */
const groups = ['bus', 'rail', 'ferry'];
const base = aFlatTariff({
  products: [
    { id: 'ride', price: idr(3_500) },
    { id: 'upgrade', price: idr(1_500) },
    { id: 'discount', price: idr(-1_000) },
    { id: 'through', price: idr(5_000) },
    { id: 'senior', price: idr(0), riderCategory: 'lansia' },
  ],
  networkOfRoute: new Map(groups.map((group) => [group, group])),
  legRules: [
    ...groups.map((group) => ({ product: 'ride', network: group, legGroup: group })),
    { product: 'ride' },
  ],
});

interface Ride {
  readonly on: string;
  /** Minutes. */
  readonly from: number;
  readonly until?: number;
}

function legOf({ on, from, until }: Ride): Leg {
  const alighting = until === undefined ? {} : { alighting: { at: until * minute } };
  return { routeId: on, boarding: { at: from * minute }, ...alighting };
}

function pastLeg(ride: Ride, change: Partial<PastLeg> = {}): PastLeg {
  const legGroup = groups.includes(ride.on) ? { legGroup: ride.on } : {};
  return {
    ...{ leg: legOf(ride), ...legGroup, product: 'ride', charged: idr(3_500), transfersUsed: 0 },
    ...{ source: 'device', rulesVersion: 'test-1' },
    ...change,
  };
}

/** Legs of one journey, in order; a number is what the leg was charged instead of Rp 3.500. */
function offers(rules: readonly FareTransferRule[], rides: readonly Ride[], charged = 3_500) {
  const [last, ...earlier] = rides.toReversed();
  const journey = earlier.map((ride, index) =>
    pastLeg(ride, { transfersUsed: earlier.length - 1 - index, charged: idr(charged) }),
  );
  const [before, ...rest] = journey;
  if (last === undefined || before === undefined) throw new Error('a transfer takes two rides');
  const leg = legOf(last);
  const [fare] = legFares(base, leg);
  if (fare === undefined) throw new Error('the ride has a fare');
  const tariff = { ...base, transferRules: rules };
  return transferOffers(tariff, { leg, fare, journey: [before, ...rest] });
}

const from = (fromLegGroup?: string, toLegGroup?: string): FareTransferRule => ({
  type: 'first-and-transfer',
  ...(fromLegGroup !== undefined && { fromLegGroup }),
  ...(toLegGroup !== undefined && { toLegGroup }),
});
const ride = (on: string, at: number, until?: number): Ride => ({
  ...{ on, from: at },
  ...(until !== undefined && { until }),
});

// GTFS reference, fare_transfer_rules.txt: an exact match first; an empty leg group stands for all
// those that are not listed in that column.
test.each<[string, readonly FareTransferRule[], readonly [string, string], readonly number[]]>([
  ['exactly', [from('bus', 'rail'), from('rail', 'bus')], ['bus', 'rail'], [0]],
  ['empty "to" for what is not listed', [from('bus', 'rail'), from('bus')], ['bus', 'ferry'], [1]],
  ['empty "to" not for what is listed', [from('bus', 'rail'), from('bus')], ['bus', 'rail'], [0]],
  [
    'listed for another group all the same',
    [from('rail', 'bus'), from('ferry')],
    ['ferry', 'bus'],
    [],
  ],
  [
    'empty "from" for what is not listed',
    [from('bus', 'rail'), from(undefined, 'rail')],
    ['ferry', 'rail'],
    [1],
  ],
  ['both empty', [from()], ['bus', 'rail'], [0]],
  ['both empty, for a leg without a group', [from()], ['bus', 'funicular'], [0]],
  [
    'several of the same groups',
    [from('bus', 'rail'), from('bus', 'rail')],
    ['bus', 'rail'],
    [0, 1],
  ],
  ['none', [from('bus', 'bus')], ['bus', 'rail'], []],
])('finds the rules between leg groups: %s', (_, rules, [one, other], expected) => {
  const found = offers(rules, [ride(one, 0), ride(other, 30)]);

  expect(found.map(({ rule }) => rules.indexOf(rule))).toEqual(expected);
});

// GTFS reference, duration_limit_type 0 to 3. The first ride boards at 0 and is left at 20, the
// second boards at 50 and is left at 80.
test.each<[DurationLimitType, number]>([
  ['departure-to-arrival', 80],
  ['departure-to-departure', 50],
  ['arrival-to-departure', 30],
  ['arrival-to-arrival', 60],
])('measures %s', (between, minutes) => {
  const verdict = (seconds: number) =>
    offers(
      [{ ...from('bus', 'rail'), duration: { seconds, between } }],
      [ride('bus', 0, 20), ride('rail', 50, 80)],
    ).map((offer) => offer.verdict);

  expect(verdict(minutes * 60)).toEqual(['holds']);
  expect(verdict(minutes * 60 - 1)).toEqual(['too-late']);
});

test.each<[string, DurationLimitType, Ride, Ride, string, readonly string[]]>([
  [
    'on board still',
    'departure-to-arrival',
    ride('bus', 0),
    ride('rail', 50),
    'holds',
    ['next-arrival'],
  ],
  ['on board too late', 'departure-to-arrival', ride('bus', 0), ride('rail', 61), 'too-late', []],
  [
    'left without a tap, in time anyway',
    'arrival-to-departure',
    ride('bus', 0),
    ride('rail', 60),
    'holds',
    [],
  ],
  [
    'left without a tap',
    'arrival-to-departure',
    ride('bus', 0),
    ride('rail', 61),
    'too-late',
    ['first-arrival'],
  ],
  [
    'neither end',
    'arrival-to-arrival',
    ride('bus', 0),
    ride('rail', 50),
    'holds',
    ['next-arrival'],
  ],
  [
    'a clock that went back',
    'departure-to-departure',
    ride('bus', 300),
    ride('rail', 50),
    'too-late',
    [],
  ],
])('judges an arrival that nobody tapped: %s', (_, between, one, other, verdict, unknown) => {
  const rule = { ...from('bus', 'rail'), duration: { seconds: 3_600, between } };

  expect(offers([rule], [one, other])).toMatchObject([{ verdict, unknown }]);
});

test('lets a limit from departures begin with the journey, not anew with each bus', () => {
  const duration = { seconds: 90 * 60, between: 'departure-to-departure' } as const;
  const rules = [
    { ...from('bus', 'rail'), duration },
    { ...from('rail', 'bus'), duration },
  ];
  const verdict = (last: number) =>
    offers(rules, [ride('bus', 0), ride('rail', 40), ride('bus', last)])[0]?.verdict;

  expect(verdict(90)).toBe('holds');
  expect(verdict(91)).toBe('too-late');
});

test('lets a limit from arrivals begin with each arrival', () => {
  const duration = { seconds: 30 * 60, between: 'arrival-to-departure' } as const;
  const rule = { ...from('rail', 'bus'), duration };
  const rides = [ride('bus', 0, 20), ride('rail', 40, 100), ride('bus', 130)];

  expect(offers([rule], rides)[0]?.verdict).toBe('holds');
});

test('says when nobody remembers where the journey began', () => {
  const duration = { seconds: 3_600, between: 'departure-to-departure' } as const;
  const tariff = { ...base, transferRules: [{ ...from('bus', 'rail'), duration }] };
  const leg = legOf(ride('rail', 40));
  const [fare] = legFares(base, leg);
  const before = pastLeg(ride('bus', 0), { transfersUsed: 1 });

  expect(fare && transferOffers(tariff, { leg, fare, journey: [before] })).toMatchObject([
    { verdict: 'holds', unknown: ['journey-start'] },
  ]);
});

// GTFS reference, transfer_count: consecutive transfers, -1 without limit; of several that fit, the
// least that is enough counts.
const counted = (...counts: number[]) => counts.map((count) => ({ ...from('bus', 'bus'), count }));
const buses = (number: number) => Array.from({ length: number }, (_, i) => ride('bus', i * 20));

test.each<[string, readonly number[], readonly Ride[], readonly string[]]>([
  ['the only one', [1], buses(2), ['holds']],
  ['one too many', [1], buses(3), ['too-many']],
  ['the second of two', [2], buses(3), ['holds']],
  ['the tenth without limit', [-1], buses(11), ['holds']],
  ['the first, by the lesser count', [2, 1], buses(2), ['lower-count-holds', 'holds']],
  ['the second, by the greater count', [2, 1], buses(3), ['holds', 'too-many']],
  ['any count before none', [-1, 3], buses(2), ['lower-count-holds', 'holds']],
  ['beyond all counts', [-1, 1], buses(4), ['holds', 'too-many']],
  [
    'after another leg group anew',
    [1],
    [...buses(2), ride('rail', 50), ride('bus', 60), ride('bus', 70)],
    ['holds'],
  ],
])('counts transfers in a row: %s', (_, counts, rides, verdicts) => {
  expect(offers(counted(...counts), rides).map(({ verdict }) => verdict)).toEqual(verdicts);
});

test('counts transfers that nobody remembers as transfers of the kind', () => {
  const tariff = { ...base, transferRules: counted(3) };
  const leg = legOf(ride('bus', 40));
  const [fare] = legFares(base, leg);
  const verdict = (transfersUsed: number) =>
    fare &&
    transferOffers(tariff, { leg, fare, journey: [pastLeg(ride('bus', 0), { transfersUsed })] })[0]
      ?.verdict;

  expect(verdict(2)).toBe('holds');
  expect(verdict(3)).toBe('too-many');
});

// GTFS reference, fare_transfer_type: A + AB, A + AB + B, AB; for the transfer after it S + BC,
// S + BC + C, S + BC. A was charged Rp 3.500, B costs Rp 3.500.
test.each<[FareTransferType, string | undefined, number, number, string]>([
  ['first-and-transfer', undefined, 0, 0, 'ride'],
  ['first-and-transfer', 'upgrade', 1_500, 1_500, 'upgrade'],
  ['first-and-transfer', 'discount', -1_000, -1_000, 'discount'],
  ['both-and-transfer', undefined, 3_500, 3_500, 'ride'],
  ['both-and-transfer', 'upgrade', 5_000, 5_000, 'upgrade'],
  ['both-and-transfer', 'discount', 2_500, 2_500, 'discount'],
  ['transfer-only', undefined, -3_500, 0, 'ride'],
  ['transfer-only', 'through', 1_500, 5_000, 'through'],
  ['transfer-only', 'upgrade', -2_000, 1_500, 'upgrade'],
])('charges by %s with %s', (type, product, afterOne, afterTwo, charged) => {
  const rule = { ...from('bus', 'bus'), count: -1, type, ...(product && { product }) };

  expect(offers([rule], buses(2))).toMatchObject([{ charge: afterOne, product: charged }]);
  expect(offers([rule], buses(3))).toMatchObject([{ charge: afterTwo, product: charged }]);
});

test('takes off what was charged, not what the leg would have cost', () => {
  const rule = { ...from('bus', 'rail'), type: 'transfer-only', product: 'through' } as const;

  expect(offers([rule], [ride('bus', 0), ride('rail', 20)], 500)[0]?.charge).toBe(4_500);
});

test('does not offer a product that is not for the rider', () => {
  const rule = { ...from('bus', 'rail'), product: 'senior' };

  expect(offers([rule], [ride('bus', 0), ride('rail', 20)])[0]?.verdict).toBe('not-for-rider');
});
