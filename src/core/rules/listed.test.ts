import { expect, test } from 'vitest';
import { aListing, aQrisToken, aTicketToken, someFacts } from '../../../sim/testing/builders.ts';
import { listed } from './listed.ts';

const token = aQrisToken({ format: 'uid-card', proof: { kind: 'identifier' } });

test('takes a card that is listed', () => {
  const listings = [aListing({ kind: 'card', effect: 'allow' })];

  expect(listed(someFacts({ token, listings }))).toBeUndefined();
});

test.each([
  ['not listed', []],
  ['denied', [aListing({ kind: 'card' })]],
])('refuses a card that is %s', (_, listings) => {
  expect(listed(someFacts({ token, listings }))).toBe('card-not-listed');
});

test('says nothing about a token that can be proved', () => {
  expect(listed(someFacts({ token: aTicketToken() }))).toBeUndefined();
});
