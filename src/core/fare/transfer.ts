/**
 * What a leg costs after another one: `fare_transfer_rules.txt`. The first leg was charged before,
 * so that what is charged now is what it adds to the journey.
 *
 * The reference speaks of the current leg and the next one. A journey of more legs follows the
 * published examples, where a fare is valid for a time after its validation: a limit that begins
 * with a departure begins with that of the journey's first leg, and does not begin anew with each
 * bus. A limit that begins with an arrival is one of waiting, and begins with each arrival.
 */
import type { Leg, PastLeg } from './leg.ts';
import type { LegFare } from './leg-fare.ts';
import { productFor } from './product-row.ts';
import type { FareTransferRule, Tariff } from './tariff.ts';

export type TransferUnknown = 'journey-start' | 'first-arrival' | 'next-arrival';

export type TransferVerdict =
  | 'holds'
  | 'too-late'
  | 'too-many'
  | 'lower-count-holds'
  | 'not-for-rider';

/** A rule between the leg before and this one, and what comes of it. */
export interface TransferOffer {
  readonly rule: FareTransferRule;
  readonly verdict: TransferVerdict;
  /** The product of the rule, else of the leg. */
  readonly product: string;
  /** Charged now; negative where the rider is owed something. */
  readonly charge: number;
  /** What would have to be known to be sure that it holds, or that it is too late. */
  readonly unknown: readonly TransferUnknown[];
}

/** The leg and its fare, after the legs of the journey, newest first. */
export interface Transfer {
  readonly leg: Leg;
  readonly fare: LegFare;
  readonly journey: readonly [PastLeg, ...PastLeg[]];
}

/** What each rule makes of a transfer between these leg groups, in the order of the file. */
export function transferOffers(tariff: Tariff, transfer: Transfer): readonly TransferOffer[] {
  const groups = [transfer.journey[0].legGroup, transfer.fare.legGroup] as const;
  const offers = rulesBetween(tariff, ...groups).map((rule) => offerOf(tariff, rule, transfer));
  // The least transfer_count that is still enough is the one that counts (GTFS reference).
  const least = Math.min(...offers.filter(({ verdict }) => verdict === 'holds').map(countOf));
  return offers.map((offer) =>
    offer.verdict === 'holds' && countOf(offer) > least
      ? { ...offer, verdict: 'lower-count-holds', unknown: [] }
      : offer,
  );
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

function offerOf(tariff: Tariff, rule: FareTransferRule, transfer: Transfer): TransferOffer {
  const { leg, fare } = transfer;
  const row = rule.product === undefined ? undefined : productFor(tariff, rule.product, leg);
  const product = row?.id ?? fare.product.id;
  const charge = chargeOf(rule, row?.price.amount ?? 0, transfer);
  const offer = (verdict: TransferVerdict, unknown: readonly TransferUnknown[] = []) => ({
    ...{ rule, verdict, product, charge, unknown },
  });
  if (rule.product !== undefined && row === undefined) return offer('not-for-rider');
  if (countOf({ rule }) < transferNumber(transfer)) return offer('too-many');
  const { isInTime, unknown } = timeOf(rule, transfer);
  return offer(isInTime ? 'holds' : 'too-late', unknown);
}

function countOf({ rule: { count } }: Pick<TransferOffer, 'rule'>): number {
  return count === undefined || count === -1 ? Number.POSITIVE_INFINITY : count;
}

/**
 * How many transfers in a row, with this one, are within the leg group. Those that nobody remembers
 * count as such.
 */
function transferNumber({ fare, journey }: Transfer): number {
  const others = journey.findIndex(({ legGroup }) => legGroup !== fare.legGroup);
  const within = others === -1 ? journey.length : others;
  const forgotten = others === -1 ? (journey.at(-1)?.transfersUsed ?? 0) : 0;
  return within + forgotten;
}

interface Time {
  readonly isInTime: boolean;
  readonly unknown: readonly TransferUnknown[];
}

/**
 * What is not known yet of this leg, its arrival, is left open. An arrival that was missed counts as
 * its departure: whoever was in time then was in time later.
 */
function timeOf({ duration }: FareTransferRule, { leg, journey }: Transfer): Time {
  if (duration === undefined) return { isInTime: true, unknown: [] };
  const [start, end] = duration.between.split('-to-');
  const [before] = journey;
  const first = start === 'departure' ? (journey.at(-1) ?? before) : before;
  const from = (start === 'arrival' ? first.leg.alighting : undefined) ?? first.leg.boarding;
  const until = (end === 'arrival' ? leg.alighting : undefined) ?? leg.boarding;
  const isInTime = Math.abs(until.at - from.at) <= duration.seconds * 1_000;
  const isStartMissed = start === 'departure' && first.transfersUsed > 0;
  const isArrivalMissed = start === 'arrival' && first.leg.alighting === undefined && !isInTime;
  const unknown: readonly (TransferUnknown | false)[] = [
    isStartMissed && isInTime && 'journey-start',
    isArrivalMissed && 'first-arrival',
    end === 'arrival' && leg.alighting === undefined && isInTime && 'next-arrival',
  ];
  return { isInTime, unknown: unknown.filter((one) => one !== false) };
}

/** A was charged before: A + AB, A + AB + B, and AB; after that, S + AB and S + AB + B. */
function chargeOf(
  { type }: FareTransferRule,
  transfer: number,
  { fare, journey: [before] }: Transfer,
): number {
  switch (type) {
    case 'first-and-transfer':
      return transfer;
    case 'both-and-transfer':
      return transfer + fare.product.price.amount;
    case 'transfer-only':
      return before.transfersUsed > 0 ? transfer : transfer - before.charged.amount;
  }
}

/** Whether a transfer to this leg group can cost nothing. */
export function leadsFreelyTo(tariff: Tariff, legGroup: string | undefined, leg: Leg): boolean {
  const { transferRules } = tariff;
  const isNamed = transferRules.some(
    ({ toLegGroup }) => toLegGroup !== undefined && toLegGroup === legGroup,
  );
  return transferRules.some(({ toLegGroup, type, product }) => {
    const leadsHere = toLegGroup === undefined ? !isNamed : toLegGroup === legGroup;
    const price = product === undefined ? 0 : productFor(tariff, product, leg)?.price.amount;
    return leadsHere && type === 'first-and-transfer' && price !== undefined && price <= 0;
  });
}
