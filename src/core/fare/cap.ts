/**
 * Caps as this device sees them: what it knows of the rider's charges in the period. The office
 * knows of other buses too and settles the rest.
 */
import type { CapPolicy } from '../rules/policy.ts';
import { serviceTime } from '../time/local-time.ts';
import { ownLegs } from './journey.ts';
import type { Leg, PastLeg } from './leg.ts';
import { defaultCategory } from './product-row.ts';
import type { Tariff } from './tariff.ts';

export interface Capped {
  /** Minor units, never negative and never above what was asked. */
  readonly amount: number;
  /** The cap that made it less. */
  readonly by?: string;
}

export interface Charge {
  readonly leg: Leg;
  /** Minor units, zero at least. */
  readonly amount: number;
}

/** What is left of a charge below each cap. */
export function capped(
  { leg, amount }: Charge,
  caps: readonly CapPolicy[],
  { past, tariff }: { readonly past: readonly PastLeg[]; readonly tariff: Tariff },
): Capped {
  const own = caps.length === 0 ? [] : ownLegs(leg, past);
  return caps.filter(isForRider).reduce<Capped>(
    (least, cap) => {
      const left = Math.max(0, cap.amount.amount - spentUnder(cap));
      return left < least.amount ? { amount: left, by: cap.id } : least;
    },
    { amount },
  );

  function isForRider({ riderCategories }: CapPolicy): boolean {
    if (riderCategories === undefined) return true;
    const category = leg.riderCategory ?? defaultCategory(tariff);
    return category !== undefined && riderCategories.has(category);
  }

  function spentUnder({ period }: CapPolicy): number {
    const now = chargedAt(leg);
    const isInPeriod = (then: number) =>
      period.kind === 'window'
        ? Math.abs(now - then) < period.ms
        : serviceTime(then, tariff.time).date === serviceTime(now, tariff.time).date;
    return own
      .filter((one) => isInPeriod(chargedAt(one.leg)))
      .reduce((sum, { charged }) => sum + charged.amount, 0);
  }
}

/** At the last tap of the ride. */
function chargedAt({ boarding, alighting }: Leg): number {
  return alighting?.at ?? boarding.at;
}
