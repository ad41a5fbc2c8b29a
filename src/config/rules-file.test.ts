import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bytesOf, someRules } from '../../sim/testing/builders.ts';
import { readRules } from './rules-file.ts';

const folder = fileURLToPath(new URL('../../fixtures/config/valid', import.meta.url));

test('reads rules into the form that core decides by', () => {
  expect(readRules(join(folder, 'rules-full.json'))).toEqual({
    version: '2026-11',
    flatFare: { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } },
    trustedKeys: [
      {
        issuer: 'trans-semarang',
        kid: '74657374',
        publicKey: bytesOf('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
      },
    ],
    denyList: new Set(['00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff']),
    acceptedIssuers: new Set(['93600914', '93600915']),
    risk: { amountPerTapMax: { amount: 5_000, currency: 'IDR' }, tapsPerDayMax: 100 },
    passbackMs: 300_000,
    clockSkewMs: 0,
  });
});

test('denies nobody and tolerates a minute of skew unless told otherwise', () => {
  expect(readRules(join(folder, 'rules-least.json'))).toMatchObject({
    denyList: new Set(),
    clockSkewMs: 60_000,
  });
});

test('reads beside the captured scans the rules by which tests judge them', () => {
  expect(readRules(join(folder, '../../scans/rules.json'))).toEqual(someRules());
});
