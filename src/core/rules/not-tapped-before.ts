/**
 * A token counts as often as it has rides. One with rides left boards as many riders as the
 * operator's passback rule lets it within the group time, each of them a presentation of its own,
 * and then nobody until the block is over: it must not be handed back through the door. Another bus
 * counts as this one as long as it is on the same route: its other door, or the bus behind. Who has
 * changed to another route has not handed anything back.
 */
import { usesRide } from '../decision.ts';
import type { Leg } from '../fare/leg.ts';
import type { PastTap } from '../fare/past-tap.ts';
import { isForgiven } from '../fare/ride.ts';
import type { Passback } from './policy.ts';
import type { Rule, TapFacts } from './rule.ts';

export const notTappedBefore: Rule = (facts) => {
  if (isUsedUp(facts)) return facts.token.rides === 1 ? 'already-tapped' : 'rides-used-up';
  return blockingTap(facts) === undefined ? undefined : 'already-tapped';
};

/**
 * The tap that the rule holds against this one: the last use of a token that has no rides left, else
 * the newest of the group that blocks. Undefined when nothing is, or when it is not remembered.
 */
export function tapBefore(facts: TapFacts): PastTap | undefined {
  const { taps } = facts.history;
  return isUsedUp(facts) ? taps.findLast(isUseOfToken) : blockingTap(facts);
}

/** Whoever is on board is let out, and a free transfer goes on with a ride that was used. */
function isUsedUp({ token: { rides }, history, fare }: TapFacts): boolean {
  if (rides === 'unlimited' || history.ridesUsed < rides) return false;
  return fare === undefined || usesRide(fare);
}

function isUseOfToken({ isSameToken, action }: PastTap): boolean {
  return isSameToken && action !== 'reset';
}

function blockingTap(facts: TapFacts): PastTap | undefined {
  const passback = passbackOf(facts);
  if (passback === undefined) return undefined;
  const taps = tapsHere(facts).filter((tap) => !isForgiven(tap, facts));
  const group = newestGroup(taps, passback.groupMs + passback.blockMs);
  return isBlocked(passback, group, facts) ? group.at(-1) : undefined;
}

function passbackOf({ token, fare, rules }: TapFacts): Passback | undefined {
  const fareMedia = rules.policy.mediaOfFormat.get(token.format);
  return rules.policy.passback.find(
    (one) =>
      (one.fareMedia === undefined || one.fareMedia === fareMedia) &&
      (one.product === undefined || one.product === fare?.product),
  );
}

function isBlocked(
  { groupMs, groupRidersMax, blockMs }: Passback,
  group: readonly PastTap[],
  { now, fare }: TapFacts,
): boolean {
  const [first] = group;
  if (first === undefined) return false;
  // Both ways: after a clock that ran ahead was set right, its taps lie in the future, and must not
  // shut a pass out until real time has caught up with them.
  const since = Math.abs(now - first.at);
  if (since >= groupMs + blockMs) return false;
  // Leaving is no second boarding: only the hand that slips is caught, where it boarded.
  if (fare?.action === 'exit') {
    return !hasMoved(fare.leg) && Math.abs(now - (group.at(-1)?.at ?? now)) < blockMs;
  }
  return since >= groupMs || group.length >= groupRidersMax;
}

function hasMoved({ boarding, alighting }: Leg): boolean {
  const [from, to] = [boarding.stopId, alighting?.stopId];
  return from !== undefined && to !== undefined && from !== to;
}

function tapsHere({ history, fare, place }: TapFacts): readonly PastTap[] {
  const isSameRoute = ({ leg }: PastTap) =>
    leg.routeId !== undefined && leg.routeId === place.routeId;
  return history.taps.filter(
    (tap) =>
      tap.action !== 'reset' &&
      (tap.source !== 'card' || (fare?.action !== 'exit' && isSameRoute(tap))),
  );
}

/** Taps since the first one that a new block began with, oldest first. */
function newestGroup(taps: readonly PastTap[], wholeMs: number): readonly PastTap[] {
  let group: PastTap[] = [];
  for (const tap of taps) {
    const first = group[0];
    const isInGroup = first !== undefined && Math.abs(tap.at - first.at) < wholeMs;
    group = isInGroup ? [...group, tap] : [tap];
  }
  return group;
}
