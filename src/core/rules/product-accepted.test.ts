import { expect, test } from 'vitest';
import {
  aQrisToken,
  aTicketToken,
  issuer,
  someFacts,
  someRules,
} from '../../../sim/testing/builders.ts';
import { productAccepted } from './product-accepted.ts';
import type { AcceptedProducts } from './rules.ts';

function judge(product: string, accepted: AcceptedProducts, event?: string) {
  const token = { ...aTicketToken({ product }), ...(event && { event }) };
  const rules = someRules({ acceptedProducts: new Map([[issuer, accepted]]) });
  return productAccepted(someFacts({ token, rules }));
}

const gate = { products: new Set(['14', '15/2']) };

test.each([
  ['14', undefined],
  ['14/1', undefined],
  ['15/2', undefined],
  ['15', 'product-not-accepted'],
  ['15/1', 'product-not-accepted'],
  ['16', 'product-not-accepted'],
])('judges product %s: %s', (product, expected) => {
  expect(judge(product, gate)).toBe(expected);
});

test.each([
  ['7', undefined],
  ['8', 'product-not-accepted'],
  [undefined, 'product-not-accepted'],
])('judges a ticket for event %s where event 7 is on', (event, expected) => {
  expect(judge('14', { ...gate, events: new Set(['7']) }, event)).toBe(expected);
});

test('takes all products of an issuer of whom no list is kept', () => {
  const rules = someRules({ acceptedProducts: new Map([['other', gate]]) });

  expect(productAccepted(someFacts({ token: aTicketToken(), rules }))).toBeUndefined();
});

test('says nothing about a payment code, which has no product', () => {
  expect(productAccepted(someFacts({ token: aQrisToken() }))).toBeUndefined();
});
