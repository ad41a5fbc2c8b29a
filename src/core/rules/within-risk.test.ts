import { expect, test } from 'vitest';
import {
  aQrisToken,
  aTicketToken,
  gopay,
  someFacts,
  someHistory,
  someRules,
} from '../../../sim/testing/builders.ts';
import type { RiskLimits } from './rules.ts';
import { withinRisk } from './within-risk.ts';

function riskRules(amount: number, currency = 'IDR', tapsPerDayMax = 10) {
  const risk: RiskLimits = { amountPerTapMax: { amount, currency }, tapsPerDayMax };
  return someRules({ risk });
}

test.each([
  ['one rupiah under the limit', 3_501, 'IDR', undefined],
  ['at the limit', 3_500, 'IDR', undefined],
  ['one rupiah over the limit', 3_499, 'IDR', 'risk-amount-exceeded'],
  ['with a limit of zero', 0, 'IDR', 'risk-amount-exceeded'],
  ['with a limit in another currency', 1_000_000, 'USD', 'risk-amount-exceeded'],
])('judges a fare %s: %s', (_, amount, currency, expected) => {
  const rules = riskRules(amount, currency);

  expect(withinRisk(someFacts({ token: aQrisToken(), rules }))).toBe(expected);
});

test.each([
  [0, undefined],
  [9, undefined],
  [10, 'risk-count-exceeded'],
  [11, 'risk-count-exceeded'],
])('judges the tap after %i of ten today: %s', (riskTapsToday, expected) => {
  const history = someHistory({ riskTapsToday });

  expect(withinRisk(someFacts({ token: aQrisToken(), history, rules: riskRules(5_000) }))).toBe(
    expected,
  );
});

test('takes no risk at all with a count of zero', () => {
  const rules = riskRules(5_000, 'IDR', 0);

  expect(withinRisk(someFacts({ token: aQrisToken(), rules }))).toBe('risk-count-exceeded');
});

test('takes the wallets that the operator named and no other', () => {
  const facts = (issuer: string) => someFacts({ token: aQrisToken({ issuer }) });

  expect(withinRisk(facts(gopay))).toBeUndefined();
  expect(withinRisk(facts('93600915'))).toBe('issuer-not-accepted');
});

test('names the wallet first when amount and count are exceeded too', () => {
  const facts = someFacts({
    token: aQrisToken({ issuer: '93600915' }),
    rules: riskRules(1),
    history: someHistory({ riskTapsToday: 99 }),
  });

  expect(withinRisk(facts)).toBe('issuer-not-accepted');
});

test('says nothing about a ticket, which was paid for', () => {
  const facts = someFacts({ token: aTicketToken(), rules: riskRules(0, 'IDR', 0) });

  expect(withinRisk(facts)).toBeUndefined();
});
