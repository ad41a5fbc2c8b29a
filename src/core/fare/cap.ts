/**
 * Caps as this device sees them: what it knows of the rider's charges in the period. The office
 * knows of other buses too and settles the rest.
 */
import type { CapPolicy } from '../rules/policy.ts';
import { type LocalTime, serviceTime } from '../time/local-time.ts';
import type { Leg, PastLeg } from './leg.ts';

export interface Capped {
  /** Minor units, never negative and never above what was asked. */
  readonly amount: number;
  /** The cap that made it less. */
  readonly by?: string;
}

export interface Charge {
  readonly leg: Leg;
  readonly at: number;
  /** Minor units. */
  readonly amount: number;
}

export function capped(
  { leg, at, amount }: Charge,
  caps: readonly CapPolicy[],
  { past, time }: { readonly past: readonly PastLeg[]; readonly time: LocalTime },
): Capped {
  return caps
    .filter((cap) => isFor(cap, leg))
    .reduce<Capped>(
      (least, cap) => {
        const spent = past
          .filter((one) => isInPeriod(cap, momentOf(one.leg), { at, time }))
          .reduce((sum, { charged }) => sum + charged.amount, 0);
        const left = Math.max(0, cap.amount.amount - spent);
        return left < least.amount ? { amount: left, by: cap.id } : least;
      },
      { amount },
    );
}

function isFor({ riderCategories }: CapPolicy, { riderCategory }: Leg): boolean {
  if (riderCategories === undefined) return true;
  return riderCategory !== undefined && riderCategories.has(riderCategory);
}

/** When it was charged: at the last tap of the ride. */
function momentOf({ boarding, alighting }: Leg): number {
  return alighting?.at ?? boarding.at;
}

function isInPeriod(
  { period }: CapPolicy,
  then: number,
  { at, time }: { readonly at: number; readonly time: LocalTime },
): boolean {
  if (period.kind === 'window') return Math.abs(at - then) < period.ms;
  return serviceTime(then, time).date === serviceTime(at, time).date;
}
