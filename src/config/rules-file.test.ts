import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aVerifyingKey, bytesOf, someRules } from '../../sim/testing/builders.ts';
import { verifyingKey } from '../core/crypto/verifying-key.ts';
import type { ListedCard } from '../core/rules/rules.ts';
import { bucketMs } from '../core/ticket/presentation.ts';
import { readRules } from './rules-file.ts';

const folder = fileURLToPath(new URL('../../fixtures/config/valid', import.meta.url));

const p256 =
  '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';

test('reads rules into the form that core decides by', () => {
  const listed = (digit: string) => digit.repeat(64);

  expect(readRules(join(folder, 'rules-full.json'))).toEqual({
    version: '2026-11',
    flatFare: { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } },
    trustedKeys: [
      {
        issuer: 'trans-semarang',
        kid: '74657374',
        key: aVerifyingKey(
          bytesOf('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
        ),
      },
      { issuer: 'trans-jateng', key: verifyingKey('ES256', bytesOf(p256)) },
    ],
    acceptedProducts: new Map([
      ['pretix', { products: new Set(['14', '15/2']), events: new Set(['borobudur-2026']) }],
      ['trans-jateng', { products: new Set(['harian']) }],
    ]),
    denyList: new Set(['00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff']),
    revoked: new Set([listed('1')]),
    blocked: new Set([listed('2')]),
    listedCards: new Map<string, ListedCard>([
      [listed('3'), { product: 'lansia', riderCategory: 'senior', until: Date.UTC(2027, 0, 1) }],
      [listed('4'), { product: 'pegawai' }],
    ]),
    networks: new Map([['brt', new Set(['koridor-1', 'koridor-2'])]]),
    serviceDay: { utcOffsetMinutes: 480, beginsAtMinutes: 240 },
    acceptedIssuers: new Set(['93600914', '93600915']),
    risk: { amountPerTapMax: { amount: 5_000, currency: 'IDR' }, tapsPerDayMax: 100 },
    passbackMs: 300_000,
    clockSkewMs: { gnss: 1_000, ntp: 2_000, rtc: 30_000, holdover: 40_000, untrusted: 0 },
  });
});

test('lists nobody and lets a photographed code die within a minute unless told otherwise', () => {
  const rules = readRules(join(folder, 'rules-least.json'));
  const { gnss, ntp, rtc, holdover } = rules.clockSkewMs;

  expect([rules.denyList.size, rules.revoked.size, rules.listedCards.size]).toEqual([0, 0, 0]);
  expect(bucketMs + Math.max(gnss, ntp, rtc, holdover)).toBeLessThan(60_000);
});

test('reads beside the captured scans the rules by which tests judge them', () => {
  expect(readRules(join(folder, '../../scans/rules.json'))).toEqual(someRules());
});
