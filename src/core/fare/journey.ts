/**
 * Which of the remembered legs belong to the rider who boards now. Several riders may travel on one
 * medium: whoever boards the same bus with them is no transfer, and each of them transfers from a
 * leg of their own.
 */
import type { Leg, PastLeg } from './leg.ts';

/** Taps on one route so close together are one boarding by several riders. */
export const sameBoardingMs = 10 * 60 * 1_000;

/** Two riders of one group, or one who tapped for both: neither leg had ended at the other's tap. */
export function isSameBoarding(one: Leg, other: Leg): boolean {
  const apart = Math.abs(one.boarding.at - other.boarding.at);
  const hasEnded = (leg: Leg, next: Leg) =>
    leg.alighting !== undefined && leg.alighting.at <= next.boarding.at;
  return (
    one.routeId === other.routeId &&
    apart < sameBoardingMs &&
    !hasEnded(one, other) &&
    !hasEnded(other, one)
  );
}

/**
 * The legs of the journey that a leg may continue, newest first: the one before it, and as far as
 * they are known those that were transferred from earlier.
 */
export function journeyBefore(leg: Leg, past: readonly PastLeg[]): readonly PastLeg[] {
  const from = transferredFrom(leg, past);
  if (from === undefined) return [];
  if (from.transfersUsed === 0) return [from];
  const [before, ...earlier] = journeyBefore(from.leg, past.slice(0, past.indexOf(from)));
  const isNext = before !== undefined && before.transfersUsed === from.transfersUsed - 1;
  return isNext ? [from, before, ...earlier] : [from];
}

/** The newest leg on another bus whose rider has not transferred yet. */
function transferredFrom(leg: Leg, past: readonly PastLeg[]): PastLeg | undefined {
  const aboard = past.filter((one) => isSameBoarding(one.leg, leg));
  const earlier = past.filter((one) => !isSameBoarding(one.leg, leg));
  const last = earlier.at(-1);
  if (last === undefined) return undefined;
  const together = earlier.filter((one) => isSameBoarding(one.leg, last.leg));
  const transferred = aboard.filter(({ transfersUsed }) => transfersUsed > 0).length;
  return together[transferred];
}

/**
 * Of each boarding the leg of one rider: the second to board now is whoever was second before. Who
 * rides alone has all of them.
 */
export function ownLegs(leg: Leg, past: readonly PastLeg[]): readonly PastLeg[] {
  const place = past.filter((one) => isSameBoarding(one.leg, leg)).length;
  return past.filter(
    (one, index) =>
      !isSameBoarding(one.leg, leg) &&
      past.slice(0, index).filter((other) => isSameBoarding(other.leg, one.leg)).length === place,
  );
}
