import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import type { CardTrip } from './purse-card.ts';
import { type OpenIntent, settleIntent, tripId } from './settle-intent.ts';

const idr = (amount: number) => ({ amount, currency: 'IDR' });

function aTrip(change: Partial<CardTrip> = {}): CardTrip {
  return {
    at: 1_793_577_600_000,
    amount: idr(3_500),
    deviceTag: bytesOf('a1b2c3d4'),
    epoch: 2,
    seq: 40,
    ...change,
  };
}

const trip = aTrip();
const before = aTrip({ at: 1_793_500_000_000, deviceTag: bytesOf('00000001'), seq: 900 });
const elsewhere = aTrip({ at: 1_793_580_000_000, deviceTag: bytesOf('00000002'), seq: 7 });
const intent: OpenIntent = {
  balanceBefore: 20_000,
  counterBefore: 10,
  lastTripBefore: tripId(before),
  trip,
};
const { counterBefore: _, ...intentOfEv1 } = intent;
const { lastTripBefore: __, ...intentAlone } = intent;

type Trips = readonly (CardTrip | 'unknown')[];

/** @param told one trip, or all of them, the newest first. */
function aCard(told: CardTrip | Trips | undefined, balance: number, counter?: number) {
  return {
    balance: idr(balance),
    trips: told === undefined ? [] : 'length' in told ? told : [told],
    ...(counter !== undefined && { counter }),
  };
}

test.each([
  ['its trip is the newest', aCard(trip, 16_500, 11), 'committed'],
  ['its trip is the newest, and money was loaded since', aCard(trip, 66_500, 12), 'committed'],
  ['the trip of before is the newest', aCard(before, 20_000, 10), 'not-committed'],
  ['money was loaded since', aCard(before, 70_000, 11), 'not-committed'],
  ['the card has lost its trips', aCard(undefined, 20_000, 10), 'unknown'],
  ['the one commit since was elsewhere', aCard(elsewhere, 16_500, 11), 'not-committed'],
  ['two since took one fare and loaded', aCard(elsewhere, 66_500, 12), 'not-committed'],
  ['two since took two fares', aCard(elsewhere, 13_000, 12), 'unknown'],
  ['three commits came since', aCard(elsewhere, 9_500, 13), 'unknown'],
  ['the counter went back', aCard(elsewhere, 16_500, 9), 'unknown'],
  ['its trip is an older one', aCard([elsewhere, trip, before], 13_000, 12), 'committed'],
  [
    'all trips since are others',
    aCard([elsewhere, elsewhere, before], 13_000, 12),
    'not-committed',
  ],
  ['the newest cannot be read', aCard(['unknown', trip], 13_000, 12), 'committed'],
  ['one since cannot be read', aCard([elsewhere, 'unknown', before], 13_000, 12), 'unknown'],
  ['none was committed but one unread', aCard(['unknown', before], 16_500, 11), 'not-committed'],
  ['two were committed, one unread', aCard(['unknown', before], 13_000, 12), 'unknown'],
])('settles an intent of EV2 when %s', (__, card, settlement) => {
  expect(settleIntent(intent, card)).toBe(settlement);
});

test.each([
  ['its trip is the newest', aCard(trip, 16_500), 'committed'],
  ['the trip of before is the newest', aCard(before, 20_000), 'not-committed'],
  ['the card has lost its trips', aCard(undefined, 20_000), 'unknown'],
  ['another trip is the newest', aCard(elsewhere, 16_500), 'unknown'],
  ['all trips since are others', aCard([elsewhere, before], 16_500), 'not-committed'],
])('settles an intent of EV1 when %s', (__, card, settlement) => {
  expect(settleIntent(intentOfEv1, card)).toBe(settlement);
});

test.each([
  ['an earlier row', aTrip({ seq: 39 }), 'not-committed'],
  ['an earlier epoch', aTrip({ epoch: 1, seq: 99 }), 'unknown'],
  ['a later row', aTrip({ seq: 41 }), 'unknown'],
  ['a later epoch', aTrip({ epoch: 3, seq: 1 }), 'unknown'],
  [
    'an earlier row of another device',
    aTrip({ deviceTag: bytesOf('00000009'), seq: 1 }),
    'unknown',
  ],
])('orders the trips of its own device: the newest is of %s', (__, newest, settlement) => {
  expect(settleIntent(intentOfEv1, aCard(newest, 16_500))).toBe(settlement);
});

test.each([
  ['still has none', aCard(undefined, 20_000, 10), 'not-committed'],
  ['has none, and money was loaded', aCard(undefined, 30_000, 11), 'not-committed'],
  ['hides it, and one commit took the fare', aCard(undefined, 16_500, 11), 'committed'],
  ['hides them, and several commits came since', aCard(undefined, 16_500, 12), 'unknown'],
  ['has its trip', aCard(trip, 16_500, 11), 'committed'],
  ['has another, and no commit came since', aCard(before, 20_000, 10), 'not-committed'],
])('settles the first trip of a card that %s', (__, card, settlement) => {
  expect(settleIntent(intentAlone, card)).toBe(settlement);
});

/** A history of a card after the intent: each step is a commit. */
type Step = 'ours' | 'load' | { readonly fare: number };

/** @param kept how many trips the card keeps. */
function after(steps: readonly Step[], knowsCounter: boolean, kept: number) {
  let card = { balance: intent.balanceBefore, trips: [before], counter: 10 };
  const write = (newest: CardTrip, taken: number, counter: number) => {
    const trips = [newest, ...card.trips].slice(0, kept);
    card = { counter, balance: card.balance - taken, trips };
  };
  steps.forEach((step, index) => {
    const counter = card.counter + 1;
    if (step === 'load') card = { ...card, counter, balance: card.balance + 10_000 };
    else if (step === 'ours') {
      write(trip, intent.trip.amount.amount, counter);
    } else {
      write({ ...elsewhere, amount: idr(step.fare), seq: 100 + index }, step.fare, counter);
    }
  });
  return aCard(card.trips, card.balance, knowsCounter ? card.counter : undefined);
}

test('never says the contrary of what happened', () => {
  const step = fc.oneof(
    fc.constant<Step>('load'),
    fc.constantFrom(1_000, 3_500, 6_500).map<Step>((fare) => ({ fare })),
  );
  const histories = fc.tuple(
    fc.boolean(),
    fc.array(step, { maxLength: 4 }),
    fc.boolean(),
    fc.integer({ min: 1, max: 4 }),
  );
  fc.assert(
    fc.property(histories, ([committed, later, knowsCounter, kept]) => {
      const card = after(committed ? ['ours', ...later] : later, knowsCounter, kept);
      const told = knowsCounter ? intent : intentOfEv1;

      expect(settleIntent(told, card)).not.toBe(committed ? 'not-committed' : 'committed');
    }),
    { numRuns: 500 },
  );
});
