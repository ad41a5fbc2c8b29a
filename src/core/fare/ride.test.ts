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
import { fareOf } from './fare-of.ts';
import { rideOf } from './ride.ts';

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
