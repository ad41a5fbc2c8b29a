import { expect, test } from 'vitest';
import { aFlatTariff } from '../../../sim/testing/builders.ts';
import { moment } from '../../../sim/testing/moments.ts';
import type { CapPolicy } from '../rules/policy.ts';
import { capped } from './cap.ts';
import type { Leg, PastLeg } from './leg.ts';

const hour = 3_600_000;
/** Semarang: UTC+7, its service day begins at three. */
const at = (local: string) => moment(`${local}+07:00`);
const now = at('2026-11-02T20:00');

const perDay: CapPolicy = {
  id: 'harian',
  period: { kind: 'service-day' },
  amount: { amount: 10_000, currency: 'IDR' },
};
const perThreeHours: CapPolicy = {
  id: 'tiga-jam',
  period: { kind: 'window', ms: 3 * hour },
  amount: { amount: 6_000, currency: 'IDR' },
};

function charged(amount: number, boarded: number, change: Partial<Leg> = {}): PastLeg {
  return {
    ...{ leg: { routeId: 'koridor-9', boarding: { at: boarded }, ...change } },
    ...{ product: 'umum', charged: { amount, currency: 'IDR' }, transfersUsed: 0 },
    ...{ source: 'device', rulesVersion: 'test-1' },
  };
}

function left(caps: readonly CapPolicy[], past: readonly PastLeg[], leg: Partial<Leg> = {}) {
  const tariff = aFlatTariff({
    riderCategories: new Map([['umum', { name: 'Umum', isDefault: true }]]),
  });
  const ride = { routeId: 'koridor-1', boarding: { at: now }, ...leg };
  return capped({ leg: ride, amount: 3_500 }, caps, { past, tariff });
}

test.each<[string, readonly number[], number, string | undefined]>([
  ['nothing spent', [], 3_500, undefined],
  ['enough left', [6_000], 3_500, undefined],
  ['just enough left', [6_500], 3_500, undefined],
  ['less left', [4_000, 4_000], 2_000, 'harian'],
  ['nothing left', [10_000], 0, 'harian'],
  ['more spent than the cap', [15_000], 0, 'harian'],
])('leaves what the cap leaves: %s', (_, spent, amount, by) => {
  const past = spent.map((sum, index) => charged(sum, now - (index + 1) * hour));

  expect(left([perDay], past)).toEqual({ amount, ...(by !== undefined && { by }) });
});

test.each([
  ['when the service day began', '2026-11-02T03:00', 0],
  ['before the service day began', '2026-11-02T02:59:59', 3_500],
])('counts what was charged %s', (_, local, amount) => {
  expect(left([perDay], [charged(10_000, at(local))]).amount).toBe(amount);
});

test.each([
  ['within the window', now - 3 * hour + 1, 0],
  ['when the window has passed', now - 3 * hour, 3_500],
  ['by a clock that was ahead', now + hour, 0],
])('counts what was charged %s', (_, then, amount) => {
  expect(left([perThreeHours], [charged(6_000, then)]).amount).toBe(amount);
});

test('counts a ride of two taps where it was charged, at its end', () => {
  const past = [charged(6_000, now - 4 * hour, { alighting: { at: now - 2 * hour } })];

  expect(left([perThreeHours], past)).toEqual({ amount: 0, by: 'tiga-jam' });
});

test('takes the cap that leaves least, and names the first of equal ones', () => {
  const again = { ...perThreeHours, id: 'again' };

  expect(left([perDay, perThreeHours, again], [charged(5_000, now - hour)])).toEqual({
    amount: 1_000,
    by: 'tiga-jam',
  });
});

test('caps only the categories that it names; who has none has the default one', () => {
  const cap = { ...perDay, riderCategories: new Set(['umum']) };
  const past = [charged(10_000, now - hour)];

  expect(left([cap], past).amount).toBe(0);
  expect(left([cap], past, { riderCategory: 'umum' }).amount).toBe(0);
  expect(left([cap], past, { riderCategory: 'anak' }).amount).toBe(3_500);
});

test('caps each rider of a group by their own rides', () => {
  const family = [charged(5_000, now - hour), charged(5_000, now - hour + 1)];
  const first = charged(3_500, now - 1, { routeId: 'koridor-1' });

  expect(left([perDay], family).amount).toBe(3_500);
  expect(left([perDay], [...family, first]).amount).toBe(3_500);
});
