import { expect, test } from 'vitest';
import { aCardToken, aFare, aQrisToken, someFacts } from '../../../sim/testing/builders.ts';
import { purseCovers } from './purse-covers.ts';

function judge(amount: number, currency = 'IDR', price = 3_500) {
  const token = aCardToken({ balance: { amount, currency } });
  const fare = aFare({ amount: { amount: price, currency: 'IDR' } });
  return purseCovers(someFacts({ token, fare }));
}

test.each([
  ['more than the fare', 3_501, 'IDR', undefined],
  ['just the fare', 3_500, 'IDR', undefined],
  ['a rupiah too little', 3_499, 'IDR', 'balance-too-low'],
  ['another currency', 1_000_000, 'USD', 'balance-too-low'],
])('judges a purse with %s', (_, amount, currency, expected) => {
  expect(judge(amount, currency)).toBe(expected);
});

test('asks nothing of an empty purse when the ride costs nothing', () => {
  expect(judge(0, 'IDR', 0)).toBeUndefined();
});

test('says nothing about a token without a purse', () => {
  expect(purseCovers(someFacts({ token: aQrisToken() }))).toBeUndefined();
});

test('asks for what an entry needs although nothing is charged yet', () => {
  const fare = aFare({ amount: { amount: 0, currency: 'IDR' }, balanceNeeded: 5_000 });
  const holding = (amount: number) => aCardToken({ balance: { amount, currency: 'IDR' } });

  expect(purseCovers(someFacts({ token: holding(4_999), fare }))).toBe('balance-too-low');
  expect(purseCovers(someFacts({ token: holding(5_000), fare }))).toBeUndefined();
});
