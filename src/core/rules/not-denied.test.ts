import { expect, test } from 'vitest';
import {
  aFare,
  aListing,
  aQrisToken,
  aTicketToken,
  someFacts,
  someRules,
} from '../../../sim/testing/builders.ts';
import { notDenied } from './not-denied.ts';
import type { TravelCreditPolicy } from './policy.ts';

test('objects to what is listed and to nothing else', () => {
  const token = aTicketToken();

  expect(notDenied(someFacts({ token, listings: [aListing()] }))).toBe('token-denied');
  expect(
    notDenied(someFacts({ token, listings: [aListing({ effect: 'allow' })] })),
  ).toBeUndefined();
  expect(notDenied(someFacts({ token }))).toBeUndefined();
});

test.each([
  ['revoked', 'ticket-revoked'],
  ['blocked', 'ticket-blocked'],
  ['lost', 'token-denied'],
] as const)('tells what is %s from the rest', (reason, expected) => {
  expect(notDenied(someFacts({ listings: [aListing({ reason })] }))).toBe(expected);
});

test('is refused although it is allowed, too', () => {
  const listings = [aListing({ effect: 'allow' }), aListing()];

  expect(notDenied(someFacts({ listings }))).toBe('token-denied');
});

const pass = { token: aTicketToken(), fare: aFare({ amount: { amount: 0, currency: 'IDR' } }) };
const payment = { token: aQrisToken(), fare: aFare() };

test.each<[TravelCreditPolicy, string | undefined, string | undefined]>([
  ['allowTravel', undefined, undefined],
  ['blockPayAsYouGoTravel', undefined, 'debt-open'],
  ['blockAllTravel', 'debt-open', 'debt-open'],
])('lets whoever owes travel under %s', (onDebt, withPass, withPayment) => {
  const rules = someRules({ policy: { onDebt } });
  const listings = [aListing({ reason: 'debt' })];

  expect(notDenied(someFacts({ ...pass, rules, listings }))).toBe(withPass);
  expect(notDenied(someFacts({ ...payment, rules, listings }))).toBe(withPayment);
});
