import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aCardToken,
  aFlatTariff,
  aPastTap,
  bytesOf,
  someNow,
  someRules,
  someSituation,
} from '../../../sim/testing/builders.ts';
import type { CardTrip } from '../card/purse-card.ts';
import { type CardRide, cardRideOf, rideMarks } from '../card/ride-marks.ts';
import { tripId } from '../card/settle-intent.ts';
import type { Fare } from '../decision.ts';
import { historyWithCard } from './card-history.ts';
import { fareOf } from './fare-of.ts';
import { markNames } from './mark-names.ts';
import type { PastTap } from './past-tap.ts';

const minute = 60_000;
const idr = (amount: number) => ({ amount, currency: 'IDR' });
const tariff = aFlatTariff({
  products: [
    { id: 'one', price: idr(2_000) },
    { id: 'two', price: idr(5_000) },
    { id: 'bus', price: idr(3_500) },
    { id: 'change', price: idr(500) },
  ],
  legRules: [
    { legGroup: 'metro', network: 'metro', fromArea: 'a', toArea: 'a', product: 'one' },
    { legGroup: 'metro', network: 'metro', fromArea: 'a', toArea: 'b', product: 'two' },
    { legGroup: 'metro', network: 'metro', fromArea: 'b', toArea: 'a', product: 'two' },
    { legGroup: 'bus', network: 'bus', product: 'bus' },
  ],
  transferRules: [
    { fromLegGroup: 'metro', toLegGroup: 'bus', type: 'first-and-transfer', product: 'change' },
    { fromLegGroup: 'bus', toLegGroup: 'metro', type: 'both-and-transfer' },
    {
      ...{ fromLegGroup: 'bus', toLegGroup: 'bus', count: 2, type: 'first-and-transfer' },
      duration: { seconds: 5_400, between: 'departure-to-departure' },
    },
    {
      ...{ fromLegGroup: 'metro', toLegGroup: 'metro', count: 1, type: 'transfer-only' },
      product: 'two',
    },
  ],
  areasOfStop: new Map([
    ['A', ['a']],
    ['B', ['b']],
  ]),
  networkOfRoute: new Map([
    ['m1', 'metro'],
    ['m2', 'metro'],
    ['k1', 'bus'],
    ['k2', 'bus'],
  ]),
  stops: new Set(['A', 'B', 'C']),
  routes: new Set(['m1', 'm2', 'k1', 'k2']),
});
const rules = someRules({
  tariff,
  policy: {
    transferNeedsOtherRoute: true,
    caps: [{ id: 'day', period: { kind: 'service-day' }, amount: idr(12_000) }],
    tapping: [
      {
        ...{ network: 'metro', mode: 'enter-and-exit', minimumBalance: 0 },
        ...{ sameStopExitMs: 15 * minute, sameStopCharge: 'nothing' },
        ...{ forgottenAfterMs: 180 * minute, forgottenCharge: 'maximum-fare' },
      },
    ],
  },
});
const reader = { names: markNames(tariff), rules, rider: {} };
const theirs = { deviceTag: bytesOf('0000000b'), epoch: 2 };
const ours = { deviceTag: bytesOf('0000000a'), epoch: 1 };
const isOwn = ({ epoch }: CardTrip) => epoch === ours.epoch;
const single: CardRide = { action: 'single', product: 'bus', routeId: 'k1', legGroup: 'bus' };

function aTrip(ride: Partial<CardRide> = {}, change: Partial<CardTrip> = {}): CardTrip {
  return {
    ...{ at: someNow - 10 * minute, amount: idr(3_500), ...theirs, seq: 1 },
    ride: rideMarks({ ...single, ...ride }),
    ...change,
  };
}

/** @param trips newest first. */
function historyOf(trips: readonly (CardTrip | 'unknown')[], taps: readonly PastTap[] = []) {
  return historyWithCard({ taps, trips, isOwn }, reader);
}

test('knows a ride on another bus by the ids of its own tariff', () => {
  const trip = aTrip({ stopId: 'C', transfers: 1 });

  expect(historyOf([trip])).toEqual([
    {
      ...{ at: trip.at, action: 'single', legGroup: 'bus', product: 'bus', transfersUsed: 1 },
      ...{ charged: idr(3_500), source: 'card', rulesVersion: 'test-1', isSameToken: true },
      trip: tripId(trip),
      leg: { routeId: 'k1', boarding: { at: trip.at, stopId: 'C' } },
    },
  ]);
});

const { ride: _, ...older } = aTrip();

test.each([
  ['that cannot be read', 'unknown' as const],
  ['of version 1', older],
  ['of a leg group that is not in the tariff', aTrip({ legGroup: 'another' })],
])('goes on without a trip %s', (__, trip) => {
  expect(historyOf([trip])).toEqual([]);
});

test('leaves open what it cannot find: a route and a stop of another feed', () => {
  const [tap] = historyOf([aTrip({ action: 'enter', routeId: 'x', stopId: 'y', product: 'z' })]);

  expect(tap).toMatchObject({ product: 'unknown' });
  expect(tap?.leg).toEqual({ boarding: { at: someNow - 10 * minute } });
});

test('does not hold a ride to rules that came after it', () => {
  const later = { ...reader, rules: { version: 'next', effectiveFrom: someNow } };

  expect(historyWithCard({ taps: [], trips: [aTrip()], isOwn }, later)).toMatchObject([
    { rulesVersion: 'unknown' },
  ]);
});

test('gives an exit the entry that the card bears before it', () => {
  const entry = aTrip({ action: 'enter', routeId: 'm1', stopId: 'A' });
  const exit = aTrip({ action: 'exit', routeId: 'm1', stopId: 'B' }, { at: someNow, seq: 2 });
  const [, left] = historyOf([exit, entry]);

  expect(left?.leg).toEqual({
    routeId: 'm1',
    boarding: { at: entry.at, stopId: 'A' },
    alighting: { at: someNow, stopId: 'B' },
  });
  expect(historyOf([exit])[0]?.leg).toEqual({
    routeId: 'm1',
    boarding: { at: someNow },
    alighting: { at: someNow, stopId: 'B' },
  });
});

const own = aTrip({}, { ...ours, seq: 7 });
const remembered = aPastTap({ at: someNow, product: 'as remembered', trip: tripId(own) });

test('takes its own word for its own rides, in the order of the card whatever the clocks say', () => {
  const fast = aTrip({ routeId: 'k2' }, { at: someNow + 5 * minute });
  const forgotten = aPastTap({ at: someNow + 9 * minute, trip: 'no longer on the card' });
  const never = aPastTap({ at: someNow - 60 * minute, product: 'not on a card' });

  const products = historyOf([own, fast], [never, forgotten, remembered]).map(
    ({ product, leg }) => leg.routeId ?? product,
  );

  expect(products).toEqual(['not on a card', 'umum-nontunai', 'k2', 'as remembered']);
});

test('leaves out an own trip that was taken back, or that never became a tap', () => {
  expect(historyOf([own])).toEqual([]);
  expect(historyOf([{ ...own, epoch: 9 }])).toHaveLength(1);
});

test('keeps what it remembers when the card shows nothing', () => {
  expect(historyOf([], [remembered])).toEqual([remembered]);
});

/** What each bus remembers, what the card bears, and what one bus would remember of it all. */
interface World {
  readonly buses: readonly PastTap[][];
  readonly trips: CardTrip[];
  readonly all: PastTap[];
}

interface Step {
  readonly bus: number;
  readonly afterSeconds: number;
  readonly routeId: string;
  readonly stopId: string;
}

function fareWith(taps: readonly PastTap[], now: number, { routeId, stopId }: Step) {
  const history = { ...someSituation().history, taps };
  return fareOf(aCardToken(), someSituation({ rules, now, place: { routeId, stopId }, history }));
}

function remember(
  { buses, trips, all }: World,
  { bus }: Step,
  [now, fare]: readonly [number, Fare],
) {
  const place = { deviceTag: bytesOf(`000000${bus}0`), epoch: bus, seq: all.length };
  const trip: CardTrip = {
    at: now,
    amount: fare.amount,
    ...place,
    ride: rideMarks(cardRideOf(fare)),
  };
  const { action, leg, product, amount: charged, legGroup, transfersUsed = 0 } = fare;
  const tap = aPastTap({
    ...{ at: now, action, leg, product, charged, transfersUsed, trip: tripId(trip) },
    ...(legGroup !== undefined && { legGroup }),
  });
  trips.unshift(trip);
  all.push(tap);
  buses[bus]?.push(tap);
}

test('asks for the same fare as a bus that has seen all the rides', () => {
  const step = fc.record({
    bus: fc.nat(2),
    afterSeconds: fc.oneof(fc.nat(400), fc.nat(7_200)),
    routeId: fc.constantFrom('m1', 'm2', 'k1', 'k2'),
    stopId: fc.constantFrom('A', 'B', 'C'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
      const world: World = { buses: [[], [], []], trips: [], all: [] };
      let now = someNow;
      for (const one of steps) {
        now += one.afterSeconds * 1_000;
        const fare = fareWith(world.all, now, one);
        const taps = world.buses[one.bus] ?? [];
        const isOfBus = ({ epoch }: CardTrip) => epoch === one.bus;
        const told = historyWithCard({ taps, trips: world.trips, isOwn: isOfBus }, reader);

        expect(fareWith(told, now, one)).toEqual(fare);
        if (fare !== undefined) remember(world, one, [now, fare]);
      }
    }),
    { numRuns: 60 },
  );
});
