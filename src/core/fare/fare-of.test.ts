import { expect, test } from 'vitest';
import {
  aCardToken,
  aQrisToken,
  aTicketToken,
  someNow,
  someRules,
} from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { fareOf } from './fare-of.ts';

const now = someNow;
const flat = { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } };
const free = (product: string) => ({ product, amount: { amount: 0, currency: 'IDR' } });

test('takes the flat fare from a payment code', () => {
  expect(fareOf(aQrisToken(), { rules: someRules(), now })).toEqual(flat);
});

test('takes nothing from a ticket and names its own product', () => {
  const token = aTicketToken({ product: 'pelajar' });

  expect(fareOf(token, { rules: someRules(), now })).toEqual(free('pelajar'));
});

test('takes nothing from a listed card and names what it is listed for', () => {
  const token = aQrisToken({ proof: { kind: 'identifier' } });
  const listedCards = new Map([[hex(token.tokenKey), { product: 'pelajar' }]]);

  expect(fareOf(token, { rules: someRules({ listedCards }), now })).toEqual(free('pelajar'));
});

test.each([
  ['before it begins', -1, flat],
  ['when it begins', 0, free('bulanan')],
  ['just before it ends', 999, free('bulanan')],
  ['when it has ended', 1_000, flat],
])('takes the fare from a card with a pass %s, or nothing', (_, later, fare) => {
  const token = aCardToken({ pass: { product: 'bulanan', from: now, until: now + 1_000 } });

  expect(fareOf(token, { rules: someRules(), now: now + later })).toEqual(fare);
});
