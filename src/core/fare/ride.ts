/**
 * What a tap is: a ride of one tap, an entry, or the exit that belongs to an earlier entry. Pure
 * bookkeeping over what is remembered of the rider; what it costs is another file's business.
 */
import type { Tapping } from '../rules/policy.ts';
import type { Situation } from '../rules/rule.ts';
import type { Rules } from '../rules/rules.ts';
import type { Leg } from './leg.ts';
import type { PastTap, RideAction } from './past-tap.ts';

export interface Ride {
  readonly action: RideAction;
  readonly leg: Leg;
  /** Absent where riders tap once. */
  readonly tapping?: Tapping;
  /** The entry that this exit ends, or the ride of one tap that turns out to have been one. */
  readonly entry?: PastTap;
  /** An entry so old that the rider must have left without a tap. */
  readonly forgotten?: PastTap;
  /** A ride of one tap only because the route is not known: the office connects it. */
  readonly isTappingOpen?: true;
}

/** Who rides, with what, as the rules have it. */
export interface Rider {
  readonly riderCategory?: string | undefined;
  readonly fareMedia?: string | undefined;
}

export function rideOf(rider: Rider, situation: Situation): Ride {
  const { now, place, history, rules } = situation;
  const { routeId, stopId, alightingStopId } = place;
  const here = (stop: string | undefined) => ({ at: now, ...(stop && { stopId: stop }) });
  const leg: Leg = {
    ...(routeId !== undefined && { routeId }),
    ...(rider.riderCategory !== undefined && { riderCategory: rider.riderCategory }),
    ...(rider.fareMedia !== undefined && { fareMedia: rider.fareMedia }),
    boarding: here(stopId),
  };
  const entry = openEntry(history.taps);
  const known = tappingOn(routeId, rules);
  const tapping = known ?? tappingOfEntry(entry, situation);
  if (tapping?.mode !== 'enter-and-exit') {
    const isOpen = routeId === undefined && known === undefined;
    const mayBeTwoTaps = isOpen && rules.policy.tapping.some(isOfTwoTaps);
    return { action: 'single', leg, ...(mayBeTwoTaps && { isTappingOpen: true }) };
  }
  const alighting = here(alightingStopId);
  if (entry === undefined) {
    const open = openRide(situation, tapping);
    if (open === undefined) return { action: 'enter', leg, tapping };
    const ridden = { ...leg, boarding: open.leg.boarding, alighting };
    return { action: 'exit', leg: ridden, tapping, entry: open };
  }
  const isForgotten = now - entry.at >= tapping.forgottenAfterMs;
  const forgotten = isForgotten && !isForgiven(entry, situation) ? entry : undefined;
  if (isForgotten) return { action: 'enter', leg, tapping, ...(forgotten && { forgotten }) };
  return { action: 'exit', leg: { ...entry.leg, alighting }, tapping, entry };
}

/** In the grace after a change nothing bad comes of what was done under other rules. */
export function isForgiven(
  { rulesVersion }: PastTap,
  { now, rules }: Pick<Situation, 'now' | 'rules'>,
): boolean {
  return rulesVersion !== rules.version && now < rules.effectiveFrom + rules.policy.graceMs;
}

/** How riders tap on a route; undefined where the operator says nothing of it, or nobody knows. */
export function tappingOn(
  routeId: string | undefined,
  { policy, tariff }: Pick<Rules, 'policy' | 'tariff'>,
): Tapping | undefined {
  const { tapping } = policy;
  const of = (network: string | undefined) =>
    tapping.find((one) => one.network === undefined || one.network === network);
  if (routeId !== undefined) return of(tariff.networkOfRoute.get(routeId));
  if (tapping[0]?.network === undefined) return tapping[0];
  const routes = [...tariff.routes];
  const isOne = routes.every(
    (route) => of(tariff.networkOfRoute.get(route))?.mode === 'enter-and-exit',
  );
  return isOne && routes.length > 0 ? tapping.find(isOfTwoTaps) : undefined;
}

/** Where the bus has lost its route, whoever entered not long ago leaves, as their own route has it. */
function tappingOfEntry(
  entry: PastTap | undefined,
  { now, place, rules }: Situation,
): Tapping | undefined {
  if (entry === undefined || place.routeId !== undefined) return undefined;
  const tapping = tappingOn(entry.leg.routeId, rules) ?? rules.policy.tapping.find(isOfTwoTaps);
  const isForgotten = tapping !== undefined && now - entry.at >= tapping.forgottenAfterMs;
  return isForgotten ? undefined : tapping;
}

/**
 * The rider's newest tap, a ride of one tap on this very device when the bus had lost its route. Now
 * that the route turns out to be one of two taps, it was an entry.
 */
function openRide(
  { now, place, history }: Situation,
  { forgottenAfterMs }: Tapping,
): PastTap | undefined {
  const last = history.taps.at(-1);
  if (last?.action !== 'single' || last.source !== 'device') return undefined;
  const isOfLostBus = last.leg.routeId === undefined && place.routeId !== undefined;
  return isOfLostBus && now - last.at < forgottenAfterMs ? last : undefined;
}

/**
 * What was ridden, oldest first: of exits and rides of one tap. A ride of one tap that had its exit
 * after all is one with it, and what was charged for either was charged for both.
 */
export function riddenLegs(taps: readonly PastTap[]): readonly PastTap[] {
  const rides = taps.filter(({ action }) => action === 'single' || action === 'exit');
  const exits = rides.filter(({ action }) => action === 'exit');
  const isJoined = (ride: PastTap) => exits.some((exit) => isExitOf(exit, ride));
  return rides
    .filter((ride) => !isJoined(ride))
    .map((ride) => {
      const begun = ride.action === 'exit' && rides.find((one) => isExitOf(ride, one));
      if (!begun) return ride;
      const amount = ride.charged.amount + begun.charged.amount;
      return { ...ride, charged: { ...ride.charged, amount } };
    });
}

function isExitOf(exit: PastTap, ride: PastTap): boolean {
  return ride.action === 'single' && ride.leg.boarding.at === exit.leg.boarding.at;
}

function isOfTwoTaps({ mode }: Tapping): boolean {
  return mode === 'enter-and-exit';
}

/** The newest entry without an exit. */
export function openEntry(taps: readonly PastTap[]): PastTap | undefined {
  const last = taps.findLast(({ action }) => action !== 'single');
  return last?.action === 'enter' ? last : undefined;
}
