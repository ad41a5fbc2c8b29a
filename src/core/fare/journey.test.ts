import { expect, test } from 'vitest';
import { isSameBoarding, journeyBefore, ownLegs, sameBoardingMs } from './journey.ts';
import type { Leg, PastLeg } from './leg.ts';

const minute = 60_000;

function legOf(routeId: string, at: number, left?: number): Leg {
  const alighting = left === undefined ? {} : { alighting: { at: left * minute } };
  return { routeId, boarding: { at: at * minute }, ...alighting };
}

/** Named by its product, so that a test can tell which one it is. */
function past(product: string, leg: Leg, transfersUsed = 0): PastLeg {
  const charged = { amount: 3_500, currency: 'IDR' };
  return { ...{ leg, product, charged, transfersUsed }, source: 'device', rulesVersion: 'test-1' };
}

const names = (legs: readonly PastLeg[]) => legs.map(({ product }) => product);
const journey = (leg: Leg, ...before: PastLeg[]) => names(journeyBefore(leg, before));

test.each([
  ['at once', legOf('1', 0), legOf('1', 0), true],
  ['a moment before it is too long', legOf('1', 0), legOf('1', sameBoardingMs / minute - 1), true],
  ['too long after', legOf('1', 0), legOf('1', sameBoardingMs / minute), false],
  ['another route', legOf('1', 0), legOf('2', 1), false],
  ['after the other had left', legOf('1', 0, 4), legOf('1', 4), false],
  ['before the other had left', legOf('1', 0, 5), legOf('1', 4), true],
])('tells riders of one group from a rider who comes back: %s', (_, one, other, answer) => {
  expect(isSameBoarding(one, other)).toBe(answer);
  expect(isSameBoarding(other, one)).toBe(answer);
});

test('continues from the newest leg', () => {
  const leg = legOf('3', 60);

  expect(journey(leg, past('first', legOf('1', 0)), past('second', legOf('2', 30)))).toEqual([
    'second',
  ]);
});

test('follows the transfers back to where the journey began', () => {
  const before = [
    past('yesterday', legOf('9', -900)),
    past('first', legOf('1', 0)),
    past('second', legOf('2', 30), 1),
    past('third', legOf('3', 50), 2),
  ];

  expect(journey(legOf('4', 60), ...before)).toEqual(['third', 'second', 'first']);
});

test('does not take a leg of another journey for one that it does not remember', () => {
  const before = [past('yesterday', legOf('9', -900)), past('third', legOf('3', 50), 2)];

  expect(journey(legOf('4', 60), ...before)).toEqual(['third']);
});

test('begins a journey after nothing, and beside others who board the same bus', () => {
  expect(journey(legOf('1', 0))).toEqual([]);
  expect(journey(legOf('1', 1), past('mother', legOf('1', 0)))).toEqual([]);
});

test('transfers each rider of a group from a leg of their own', () => {
  const first = ['mother', 'father', 'child'].map((name) => past(name, legOf('1', 0)));
  const second = (number: number) =>
    first.slice(0, number).map(({ product }) => past(`${product} again`, legOf('2', 40), 1));

  expect(journey(legOf('2', 41), ...first)).toEqual(['mother']);
  expect(journey(legOf('2', 41), ...first, ...second(1))).toEqual(['father']);
  expect(journey(legOf('2', 41), ...first, ...second(2))).toEqual(['child']);
  expect(journey(legOf('2', 41), ...first, ...second(3))).toEqual([]);
  expect(journey(legOf('3', 60), ...first, ...second(3))).toEqual(['mother again', 'mother']);
});

test('lets a rider transfer from a leg that a companion could not', () => {
  const before = [past('first', legOf('1', 0)), past('paid in full', legOf('2', 40), 0)];

  expect(journey(legOf('2', 41), ...before)).toEqual(['first']);
});

test('counts to a rider of a group the legs of one rider', () => {
  const before = ['mother', 'father'].map((name) => past(name, legOf('1', 0)));
  const alone = past('mother alone', legOf('5', 60));
  const now = past('mother now', legOf('2', 90));
  const own = (...legs: PastLeg[]) => names(ownLegs(legOf('2', 91), legs));

  expect(own(...before, alone)).toEqual(['mother', 'mother alone']);
  expect(own(...before, alone, now)).toEqual(['father']);
});
