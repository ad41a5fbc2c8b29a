import { expect, test } from 'vitest';
import { aFlatTariff, someNow } from '../../../sim/testing/builders.ts';
import type { Leg } from './leg.ts';
import { productObjection } from './product-validity.ts';
import type { Tariff } from './tariff.ts';

// Tuesday 2026-11-03 in Jakarta: `work` runs, `rest` does not.
const service = (weekdays: number) => ({
  ...{ weekdays, from: 20_000, through: 30_000, added: new Set<number>() },
  removed: new Set<number>(),
});
const tariff: Tariff = aFlatTariff({
  legRules: [
    { product: 'umum-nontunai' },
    { product: 'inner', network: 'city', fromArea: 'a', toArea: 'a' },
    { product: 'rest-days', fromTimeframes: 'rest' },
    { product: 'city-rest', network: 'city', fromTimeframes: 'rest' },
  ].map((rule) => ({ ...rule, priority: 0 })),
  timeframes: new Map([['rest', [{ start: 0, end: 86_400, serviceId: 'rest' }]]]),
  calendar: new Map([
    ['work', service(0b0011111)],
    ['rest', service(0b1100000)],
  ]),
  areasOfStop: new Map([
    ['A', ['a']],
    ['B', ['b']],
  ]),
  networkOfRoute: new Map([
    ['r1', 'city'],
    ['r2', 'hills'],
  ]),
});

function leg(routeId: string | undefined, from?: string, to?: string): Leg {
  const call = (stopId?: string) => ({ at: someNow, ...(stopId !== undefined && { stopId }) });
  return {
    ...(routeId !== undefined && { routeId }),
    boarding: call(from),
    ...(to !== undefined && { alighting: call(to) }),
  };
}

test.each([
  ['a product that no rule names, anywhere', 'monthly', leg('r2', 'B'), undefined],
  ['a product of all legs', 'umum-nontunai', leg('r2', 'B'), undefined],
  ['one in its network and area', 'inner', leg('r1', 'A', 'A'), undefined],
  ['one whose exit is still to come', 'inner', leg('r1', 'A'), undefined],
  ['one on a bus that lost its stop', 'inner', leg('r1'), undefined],
  ['one on a bus that lost its route, too', 'inner', leg(undefined), undefined],
  ['one in another network', 'inner', leg('r2', 'A'), 'not-valid-here'],
  ['one on a route of no network', 'inner', leg('r3', 'A'), 'not-valid-here'],
  ['one in another area', 'inner', leg('r1', 'B'), 'not-valid-here'],
  ['one that leaves its area', 'inner', leg('r1', 'A', 'B'), 'not-valid-here'],
  ['one of other days', 'rest-days', leg('r2', 'B'), 'not-valid-today'],
  ['one of other days on a lost bus', 'rest-days', leg(undefined), 'not-valid-today'],
  ['one of other days and elsewhere', 'city-rest', leg('r2'), 'not-valid-here'],
  ['one of other days in its place', 'city-rest', leg('r1'), 'not-valid-today'],
] as const)('judges %s', (_, product, ride, expected) => {
  expect(productObjection(tariff, product, ride)).toBe(expected);
});
