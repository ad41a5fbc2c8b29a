import { expect, test } from 'vitest';
import {
  aCardToken,
  aFlatTariff,
  aPastTap,
  someHistory,
  someNow,
  someRules,
  someSituation,
} from '../../../sim/testing/builders.ts';
import type { Tapping } from '../rules/policy.ts';
import type { Situation } from '../rules/rule.ts';
import { fareOf } from './fare-of.ts';
import type { PastTap } from './past-tap.ts';
import { riddenLegs, rideOf } from './ride.ts';

const minute = 60_000;
const networkOfRoute = new Map([
  ['rapid-1', 'rapid'],
  ['local-1', 'local'],
]);
const tariff = aFlatTariff({ networkOfRoute, routes: new Set(networkOfRoute.keys()) });
const twoTaps: Tapping = {
  ...{ network: 'rapid', mode: 'enter-and-exit', sameStopExitMs: 0, sameStopCharge: 'fare' },
  ...{ forgottenAfterMs: 180 * minute, forgottenCharge: 'maximum-fare', minimumBalance: 0 },
};
const oneTap: Tapping = { ...twoTaps, network: 'local', mode: 'enter' };
const everywhere = [twoTaps, { ...twoTaps, network: 'local' }];

/** On a bus that does not know its route. */
function lost(tapping: readonly Tapping[], taps: Parameters<typeof aPastTap>[0][] = []) {
  const rules = someRules({ tariff, policy: { tapping } });
  const history = someHistory({ taps: taps.map(aPastTap) });
  return someSituation({ rules, place: {}, history });
}

const entered = (agoMinutes: number, routeId?: string) => {
  const at = someNow - agoMinutes * minute;
  const leg = { ...(routeId !== undefined && { routeId }), boarding: { at } };
  return { at, action: 'enter', leg } as const;
};

test.each([
  ['of a known route', 'rapid-1'],
  ['of a route that is not in the tariff', undefined],
])('ends an entry %s where the bus has lost its own', (_, routeId) => {
  const ride = rideOf({}, lost([twoTaps, oneTap], [entered(20, routeId)]));

  expect(ride).toMatchObject({ action: 'exit', entry: { at: someNow - 20 * minute } });
  expect(ride.leg.routeId).toBe(routeId);
});

test.each([
  ['nobody entered', []],
  ['the entry was forgotten', [entered(180, 'rapid-1')]],
  ['the entry has its exit', [entered(20, 'rapid-1'), { ...entered(10), action: 'exit' as const }]],
])('takes one tap for a ride that the office connects when the route is lost and %s', (_, taps) => {
  const situation = lost([twoTaps, oneTap], taps);

  expect(rideOf({}, situation)).toMatchObject({ action: 'single', isTappingOpen: true });
  expect(fareOf(aCardToken(), situation)?.provisional).toContain('tapping');
});

/** On a bus of a route of two taps; the tap before was one of a bus that had lost its route. */
function found(change: Partial<PastTap> = {}, minutesAgo = 20) {
  const at = someNow - minutesAgo * minute;
  const place = { routeId: 'rapid-1', alightingStopId: 'harbour' };
  const before = { at, leg: { boarding: { at, stopId: 'museum' } }, ...change };
  return { ...lost([twoTaps, oneTap], [before]), place };
}

test('lets whoever entered while the bus had lost its route leave when it has found it', () => {
  const ride = rideOf({ riderCategory: 'senior' }, found());

  expect(ride).toMatchObject({
    ...{ action: 'exit', entry: { at: someNow - 20 * minute } },
    leg: {
      ...{ routeId: 'rapid-1', riderCategory: 'senior' },
      boarding: { at: someNow - 20 * minute, stopId: 'museum' },
      alighting: { at: someNow, stopId: 'harbour' },
    },
  });
});

test.each<[string, Situation]>([
  ['it was as long ago as a forgotten entry', found({}, 180)],
  ['its route was known', found({ leg: { routeId: 'local-1', boarding: { at: 0 } } })],
  ['it was on another device', found({ source: 'card' })],
  ['the rider has left', found({ action: 'exit' })],
])('takes the next tap for an entry when %s', (_, situation) => {
  expect(rideOf({}, situation).action).toBe('enter');
});

test.each([
  ['the rest of the fare', 1_000, 2_500, undefined],
  ['nothing where all is paid', 3_500, 0, undefined],
  ['nothing, and owes what was too much', 5_000, 0, 1_500],
])('charges at such an exit %s', (_, charged, amount, owed) => {
  const fare = fareOf(aCardToken(), found({ charged: { amount: charged, currency: 'IDR' } }));

  expect(fare).toMatchObject({ action: 'exit', amount: { amount } });
  expect(fare?.owedToRider?.amount).toBe(owed);
});

test('joins such a ride and its exit to one leg, charged what was charged for both', () => {
  const leg = { boarding: { at: 1 } };
  const single = aPastTap({ at: 1, leg, charged: { amount: 1_000, currency: 'IDR' } });
  const exit = aPastTap({
    ...{ at: 2, action: 'exit', charged: { amount: 2_500, currency: 'IDR' } },
    leg: { ...leg, routeId: 'rapid-1', alighting: { at: 2 } },
  });
  const other = aPastTap({ at: 3, leg: { boarding: { at: 3 } } });

  expect(riddenLegs([single, exit, other])).toEqual([
    { ...exit, charged: { amount: 3_500, currency: 'IDR' } },
    other,
  ]);
});

test('does not take the rule for all other routes for that of a lost one', () => {
  const { network: _, ...others } = oneTap;

  expect(rideOf({}, lost([twoTaps, others]))).toMatchObject({ isTappingOpen: true });
  expect(rideOf({}, lost([twoTaps, others], [entered(20, 'rapid-1')])).action).toBe('exit');
});

test('needs no route where riders tap twice on every one', () => {
  expect(rideOf({}, lost(everywhere)).action).toBe('enter');
  expect(rideOf({}, lost(everywhere, [entered(20)])).action).toBe('exit');
  expect(rideOf({}, lost(everywhere, [entered(180)]))).toMatchObject({
    ...{ action: 'enter', forgotten: { at: someNow - 180 * minute } },
  });
});

test.each([
  ['taps once on every route', [oneTap]],
  ['says nothing of it', []],
])('leaves nothing open for an operator that %s', (_, tapping) => {
  const situation = lost(tapping);

  expect(rideOf({}, situation).isTappingOpen).toBeUndefined();
  expect(fareOf(aCardToken(), situation)?.provisional).toBeUndefined();
});
