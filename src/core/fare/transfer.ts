/**
 * What a leg costs after another one: `fare_transfer_rules.txt`. A transfer joins two consecutive
 * legs; the first was charged before, so that what is charged now is the difference.
 *
 * Several riders may travel on one medium: each of them transfers from a leg of their own, and who
 * boards the same bus with them is no transfer.
 */
import type { Money } from '../money.ts';
import type { Leg, PastLeg } from './leg.ts';
import { type LegFare, productFor } from './leg-fare.ts';
import type { FareTransferRule, Tariff } from './tariff.ts';

export interface TransferFare {
  readonly product: string;
  /** Charged now; negative where the rider is owed something. */
  readonly charge: number;
  readonly transfersUsed: number;
  readonly provisional: readonly TransferUnknown[];
}

export type TransferUnknown = 'first-arrival' | 'next-arrival';

/** Taps on one route so close together are one boarding by several riders. */
export const sameBoardingMs = 10 * 60 * 1_000;

/** @returns the cheapest transfer that the leg may be; undefined when it is none. */
export function transferFare(
  tariff: Tariff,
  { leg, fare }: { readonly leg: Leg; readonly fare: LegFare },
  past: readonly PastLeg[],
): TransferFare | undefined {
  const from = transferredFrom(leg, past);
  if (from === undefined) return undefined;
  const offers = rulesBetween(tariff, from.legGroup, fare.legGroup).flatMap((rule) => {
    const unknown = fitsInTime(rule, from, leg);
    if (unknown === undefined || !hasTransfersLeft(rule, from)) return [];
    return offerOf(tariff, rule, { leg, fare, from, unknown });
  });
  return offers.toSorted((a, b) => a.charge - b.charge)[0];
}

/** The newest leg on another bus whose rider has not transferred yet. */
function transferredFrom(leg: Leg, past: readonly PastLeg[]): PastLeg | undefined {
  const isWithUs = (one: PastLeg) => isSameBoarding(one.leg, leg);
  const aboard = past.filter(isWithUs);
  const earlier = past.filter((one) => !isWithUs(one));
  const last = earlier.at(-1);
  if (last === undefined) return undefined;
  const together = earlier.filter((one) => isSameBoarding(one.leg, last.leg));
  const transferred = aboard.filter(({ transfersUsed }) => transfersUsed > 0).length;
  return together[transferred];
}

export function isSameBoarding(one: Leg, other: Leg): boolean {
  const apart = Math.abs(one.boarding.at - other.boarding.at);
  return one.routeId === other.routeId && apart < sameBoardingMs;
}

/** An empty group means "all that no rule names in this field". */
function rulesBetween(
  { transferRules }: Tariff,
  from: string | undefined,
  to: string | undefined,
): readonly FareTransferRule[] {
  const names = (field: 'fromLegGroup' | 'toLegGroup', group: string | undefined) =>
    transferRules.some((rule) => rule[field] !== undefined && rule[field] === group);
  const namesFrom = names('fromLegGroup', from);
  const namesTo = names('toLegGroup', to);
  return transferRules.filter(
    ({ fromLegGroup, toLegGroup }) =>
      (fromLegGroup === undefined ? !namesFrom : fromLegGroup === from) &&
      (toLegGroup === undefined ? !namesTo : toLegGroup === to),
  );
}

function hasTransfersLeft({ count }: FareTransferRule, { transfersUsed }: PastLeg): boolean {
  return count === undefined || count === -1 || transfersUsed < count;
}

/**
 * Undefined when it took too long. An arrival that is not known lies after its departure: what
 * hangs on it is left open.
 */
function fitsInTime(
  { duration }: FareTransferRule,
  { leg: first }: PastLeg,
  next: Leg,
): readonly TransferUnknown[] | undefined {
  if (duration === undefined) return [];
  const [start, end] = duration.between.split('-to-');
  const from = start === 'departure' ? first.boarding.at : first.alighting?.at;
  const to = end === 'departure' ? next.boarding.at : next.alighting?.at;
  const shortest = (to ?? next.boarding.at) - (from ?? next.boarding.at);
  if (shortest > duration.seconds * 1_000) return undefined;
  return [
    ...(from === undefined ? (['first-arrival'] as const) : []),
    ...(to === undefined ? (['next-arrival'] as const) : []),
  ];
}

interface Candidate {
  readonly leg: Leg;
  readonly fare: LegFare;
  readonly from: PastLeg;
  readonly unknown: readonly TransferUnknown[];
}

function offerOf(
  tariff: Tariff,
  rule: FareTransferRule,
  { leg, fare, from, unknown }: Candidate,
): readonly TransferFare[] {
  const row = rule.product === undefined ? undefined : productFor(tariff, rule.product, leg);
  if (rule.product !== undefined && row === undefined) return [];
  const charge = chargeOf(rule, row?.price.amount ?? 0, {
    own: fare.product.price,
    from: from.charged,
  });
  const product = row?.id ?? fare.product.id;
  return [{ product, charge, transfersUsed: from.transfersUsed + 1, provisional: unknown }];
}

function chargeOf(
  { type }: FareTransferRule,
  transfer: number,
  { own, from }: { readonly own: Money; readonly from: Money },
): number {
  switch (type) {
    case 'first-and-transfer':
      return transfer;
    case 'both-and-transfer':
      return transfer + own.amount;
    case 'transfer-only':
      return transfer - from.amount;
  }
}
