import { expect, test } from 'vitest';
import {
  aCardToken,
  aFlatTariff,
  aListing,
  aPastTap,
  aQrisToken,
  aTicketToken,
  someHistory,
  someNow,
  someRules,
  someSituation,
} from '../../../sim/testing/builders.ts';
import type { Tapping } from '../rules/policy.ts';
import { fareOf } from './fare-of.ts';

const flat = { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } };
const free = (product: string) => ({ product, amount: { amount: 0, currency: 'IDR' } });

test('takes the flat fare from a payment code', () => {
  expect(fareOf(aQrisToken(), someSituation())).toMatchObject({ ...flat, action: 'single' });
});

test('takes nothing from a ticket and names its own product', () => {
  const token = aTicketToken({ product: 'pelajar' });

  expect(fareOf(token, someSituation())).toMatchObject(free('pelajar'));
});

test('takes nothing from a listed card and names what it is listed for', () => {
  const token = aQrisToken({ proof: { kind: 'identifier' } });
  const listings = [aListing({ effect: 'allow', product: 'pelajar' })];

  expect(fareOf(token, someSituation({ listings }))).toMatchObject(free('pelajar'));
});

test.each([
  ['before it begins', -1, flat],
  ['when it begins', 0, free('bulanan')],
  ['just before it ends', 999, free('bulanan')],
  ['when it has ended', 1_000, flat],
])('takes the fare from a card with a pass %s, or nothing', (_, later, fare) => {
  const pass = { product: 'bulanan', from: someNow, until: someNow + 1_000 };

  const now = someNow + later;

  expect(fareOf(aCardToken({ pass }), someSituation({ now }))).toMatchObject(fare);
});

test('knows no fare where the tariff has none', () => {
  const rules = someRules({ tariff: aFlatTariff({ legRules: [] }) });

  expect(fareOf(aQrisToken(), someSituation({ rules }))).toBeUndefined();
});

const hourMs = 3_600_000;
const tapping: Tapping = {
  mode: 'enter-and-exit',
  sameStopExitMs: 900_000,
  sameStopCharge: 'nothing',
  forgottenAfterMs: 4 * hourMs,
  forgottenCharge: 'maximum-fare',
  minimumBalance: 5_000,
};
/** From a to b Rp 2.000, to c Rp 9.000. */
const zones = aFlatTariff({
  products: [
    { id: 'dekat', price: { amount: 2_000, currency: 'IDR' } },
    { id: 'jauh', price: { amount: 9_000, currency: 'IDR' } },
  ],
  legRules: [
    { product: 'dekat', fromArea: 'a', toArea: 'b' },
    { product: 'jauh', fromArea: 'a', toArea: 'c' },
    { product: 'dekat', fromArea: 'a', toArea: 'a' },
  ],
  areasOfStop: new Map([
    ['A', ['a']],
    ['B', ['b']],
    ['C', ['c']],
  ]),
});
const rules = someRules({ tariff: zones, policy: { tapping: [tapping] } });
const entered = (agoMs: number, rulesVersion = 'test-1') => {
  const at = someNow - agoMs;
  const leg = { boarding: { at, stopId: 'A' } };
  const charged = { amount: 0, currency: 'IDR' };
  return aPastTap({ at, action: 'enter', leg, charged, product: 'dekat', rulesVersion });
};
const at = (stopId: string, ...taps: ReturnType<typeof entered>[]) =>
  someSituation({
    rules,
    place: { stopId, alightingStopId: stopId },
    history: someHistory({ taps }),
  });

test('charges nothing at the entry, and asks the purse for enough', () => {
  expect(fareOf(aCardToken(), at('A'))).toMatchObject({
    ...{ action: 'enter', amount: { amount: 0 }, balanceNeeded: 5_000 },
  });
});

test.each([
  ['B', { product: 'dekat', amount: { amount: 2_000, currency: 'IDR' } }],
  ['C', { product: 'jauh', amount: { amount: 9_000, currency: 'IDR' } }],
])('charges the way that was travelled at the exit %s', (stop, fare) => {
  expect(fareOf(aCardToken(), at(stop, entered(hourMs)))).toMatchObject({
    action: 'exit',
    ...fare,
  });
});

test('charges nothing of whoever leaves where they entered, soon', () => {
  expect(fareOf(aCardToken(), at('A', entered(60_000)))?.amount.amount).toBe(0);
  expect(fareOf(aCardToken(), at('A', entered(hourMs)))?.amount.amount).toBe(2_000);
});

test('charges the dearest way at the next entry when nobody tapped out', () => {
  expect(fareOf(aCardToken(), at('A', entered(5 * hourMs)))).toMatchObject({
    ...{ action: 'enter', amount: { amount: 9_000 }, balanceNeeded: 14_000 },
  });
});

test('punishes nobody for an entry under the rules before, while the grace lasts', () => {
  const changed = { ...rules, effectiveFrom: someNow - 1, policy: { ...rules.policy, graceMs: 2 } };
  const history = someHistory({ taps: [entered(5 * hourMs, 'older')] });
  const fare = (graceEnds: number) =>
    fareOf(
      aCardToken(),
      someSituation({ rules: changed, place: { stopId: 'A' }, history, now: someNow + graceEnds }),
    )?.amount.amount;

  expect(fare(0)).toBe(0);
  expect(fare(1)).toBe(9_000);
});
