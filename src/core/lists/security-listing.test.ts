import { expect, test } from 'vitest';
import { aListing } from '../../../sim/testing/builders.ts';
import { hex, latin1, utf8 } from '../bytes.ts';
import { listingKeysOf, listingsInForce, listingsOf } from './security-listing.ts';

const tokenKey = new Uint8Array(32).fill(1);
const accountKey = new Uint8Array(32).fill(2);

test.each([
  ['without bounds', {}, true],
  ['at its first moment', { from: 1_000 }, true],
  ['before its first moment', { from: 1_001 }, false],
  ['before its end', { until: 1_001 }, true],
  ['at its end', { until: 1_000 }, false],
])('%s a listing is in force or not', (_, bounds, expected) => {
  expect(listingsInForce([aListing(bounds)], 1_000)).toHaveLength(expected ? 1 : 0);
});

test('looks a payment up by code, account and every range that its issuer lies in', () => {
  const keys = listingKeysOf({ tokenKey, accountKey, issuer: '93600914' });

  expect(keys.slice(0, 2)).toEqual([tokenKey, accountKey]);
  expect(keys.slice(2).map(latin1)).toEqual(['9360', '93600', '936009', '9360091', '93600914']);
});

test.each(['semarang', '93', '936009140', '9360-914', ''])(
  'takes %o for the name of an issuer, which lies in no range',
  (issuer) => {
    expect(listingKeysOf({ tokenKey, issuer })).toEqual([tokenKey]);
  },
);

test('finds what is listed of token, account and issuer, as far as it is in force', () => {
  const [ofToken, ofAccount, ofIssuer] = [
    aListing(),
    aListing({ kind: 'account', reason: 'debt' }),
    aListing({ kind: 'issuer-range', reason: 'blocked' }),
  ];
  const listings = new Map([
    [hex(tokenKey), [ofToken, aListing({ until: 999 })]],
    [hex(accountKey), [ofAccount]],
    [hex(utf8('936009')), [ofIssuer]],
    [hex(utf8('936001')), [aListing()]],
  ]);

  expect(listingsOf({ tokenKey, accountKey, issuer: '93600914' }, listings, 1_000)).toEqual([
    ofToken,
    ofAccount,
    ofIssuer,
  ]);
});
