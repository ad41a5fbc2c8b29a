import { expect, test } from 'vitest';
import {
  aFare,
  aPastTap,
  aQrisToken,
  aRiskPolicy,
  aTicketToken,
  gopay,
  someFacts,
  someHistory,
  someRules,
} from '../../../sim/testing/builders.ts';
import type { IssuerPolicy, RiskPolicy } from './policy.ts';
import type { TapFacts } from './rule.ts';
import { withinRisk } from './within-risk.ts';

const none = { taps: 0, amount: 0 };

function judge(risk: Partial<RiskPolicy>, facts: Partial<TapFacts> = {}) {
  const rules = someRules({ policy: { risk: aRiskPolicy(risk) } });
  return withinRisk(someFacts({ token: aQrisToken(), rules, ...facts }));
}

test('takes nothing without a link unless the operator says so', () => {
  expect(judge({ acceptsOffline: false })).toBe('payment-needs-link');
});

test.each([
  ['one rupiah under the limit', 3_501, undefined],
  ['at the limit', 3_500, undefined],
  ['one rupiah over the limit', 3_499, 'risk-amount-exceeded'],
  ['with a limit of zero', 0, 'risk-amount-exceeded'],
])('judges a fare %s: %s', (_, amountPerTapMax, expected) => {
  expect(judge({ amountPerTapMax })).toBe(expected);
});

test.each([
  ['taps of the device', { perDevicePerDay: { taps: 10, amount: 1e6 } }, 'device', 9, 0, 10],
  ['taps of the account', { perAccountPerDay: { taps: 2, amount: 1e6 } }, 'account', 1, 0, 2],
  ['money of the device', { perDevicePerDay: { taps: 99, amount: 10_000 } }, 'device', 1, 6_500, 1],
  [
    'money of the account',
    { perAccountPerDay: { taps: 9, amount: 7_000 } },
    'account',
    1,
    3_500,
    1,
  ],
] as const)('limits %s a day', (_, risk, whose, taps, amount, over) => {
  const spent = (limits: { readonly taps: number; readonly amount: number }) => ({
    history: someHistory({ atRisk: { account: none, device: none, [whose]: limits } }),
  });

  expect(judge(risk, spent({ taps, amount }))).toBeUndefined();
  expect(judge(risk, spent({ taps: over, amount: amount + 1 }))).toBe('risk-count-exceeded');
});

test.each([
  ['the deny list', { listAgeMaxMs: 1_000 }, 'listAgeMs'],
  ['the link', { syncAgeMaxMs: 1_000 }, 'syncAgeMs'],
] as const)('takes nothing when %s is older than allowed, or was never there', (_, risk, age) => {
  expect(judge(risk, { [age]: 1_000 })).toBeUndefined();
  expect(judge(risk, { [age]: 1_001 })).toBe('risk-data-stale');
  expect(judge(risk, { [age]: undefined })).toBe('risk-data-stale');
});

test('takes an account for the first time only if the operator does', () => {
  const known = { history: someHistory({ taps: [aPastTap({ isSameToken: false })] }) };

  expect(judge({ acceptsFirstRide: false })).toBe('risk-first-ride');
  expect(judge({ acceptsFirstRide: false }, known)).toBeUndefined();
});

function judgeIssuer(issuer: string | undefined, { allow = [], deny = [] }: Prefixes) {
  const issuers: IssuerPolicy = { allow: new Set(allow), deny: new Set(deny) };
  const { issuer: _, ...nobodys } = aQrisToken();
  const token = issuer === undefined ? nobodys : aQrisToken({ issuer });
  return withinRisk(someFacts({ token, rules: someRules({ policy: { issuers } }) }));
}

interface Prefixes {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

test.each([
  ['a wallet that is named', gopay, { allow: [gopay] }, undefined],
  ['a wallet of a range that is named', gopay, { allow: ['9360'] }, undefined],
  ['another wallet', '93600915', { allow: [gopay] }, 'issuer-not-accepted'],
  [
    'a wallet denied out of a range',
    gopay,
    { allow: ['9360'], deny: [gopay] },
    'issuer-not-accepted',
  ],
  ['a wallet allowed out of a denied range', gopay, { allow: [gopay], deny: ['9360'] }, undefined],
  [
    'a wallet both allowed and denied',
    gopay,
    { allow: [gopay], deny: [gopay] },
    'issuer-not-accepted',
  ],
  ['a code that names no wallet', undefined, { allow: ['9360'] }, 'issuer-not-accepted'],
])('judges %s', (_, issuer, prefixes, expected) => {
  expect(judgeIssuer(issuer, prefixes)).toBe(expected);
});

test('takes a code that names no wallet on nobody’s word', () => {
  const { issuer: _, ...token } = aQrisToken();

  expect(judge({}, { token, authorisation: 'approved' })).toBe('issuer-not-accepted');
});

test('asks for no limits when the backend said yes, and for none when it said no', () => {
  const tight = { acceptsOffline: false, amountPerTapMax: 0 };

  expect(judge(tight, { authorisation: 'approved' })).toBeUndefined();
  expect(judge({}, { authorisation: 'declined' })).toBe('payment-declined');
});

test('says nothing about a ticket, which was paid for', () => {
  expect(
    judge({ acceptsOffline: false }, { token: aTicketToken(), fare: aFare() }),
  ).toBeUndefined();
});
