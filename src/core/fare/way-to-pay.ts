/**
 * The ways in which a leg may be paid for: on its own, or by each transfer rule that joins it to the
 * leg before. Those that do not hold are there too, for whoever asks why and for what stays open.
 */
import type { Leg, PastLeg } from './leg.ts';
import type { LegFare } from './leg-fare.ts';
import type { UnknownFact } from './leg-match.ts';
import type { Tariff } from './tariff.ts';
import {
  type TransferOffer,
  type TransferUnknown,
  type TransferVerdict,
  transferOffers,
} from './transfer.ts';

/** What only the office can know and will settle. */
export type OpenFact = UnknownFact | TransferUnknown | 'route';

export interface WayToPay {
  readonly fare: LegFare;
  readonly product: string;
  /** Minor units, charged now; negative where the rider is owed something. */
  readonly charge: number;
  /** Absent: the leg on its own. */
  readonly transfer?: {
    readonly rule: TransferOffer['rule'];
    readonly verdict: TransferVerdict | 'same-route' | 'route-unknown';
  };
  readonly unknown: readonly OpenFact[];
}

export interface Trip {
  readonly leg: Leg;
  /** The earlier legs of the journey, newest first. */
  readonly journey: readonly PastLeg[];
  readonly transferNeedsOtherRoute: boolean;
}

/** Transfers first, in the order of the file, then the leg on its own. */
export function waysToPay(tariff: Tariff, fare: LegFare, trip: Trip): readonly WayToPay[] {
  const { price, id } = fare.product;
  const alone: WayToPay = { fare, product: id, charge: price.amount, unknown: fare.provisional };
  const [from, ...earlier] = trip.journey;
  if (from === undefined) return [alone];
  const offers = transferOffers(tariff, { leg: trip.leg, fare, journey: [from, ...earlier] });
  return [...offers.map((offer) => wayOf(offer, fare, objection(trip.leg, from.leg))), alone];

  function objection(leg: Leg, before: Leg): 'same-route' | 'route-unknown' | undefined {
    if (!trip.transferNeedsOtherRoute) return undefined;
    if (leg.routeId === undefined || before.routeId === undefined) return 'route-unknown';
    return leg.routeId === before.routeId ? 'same-route' : undefined;
  }
}

function wayOf(
  { rule, verdict, product, charge, unknown }: TransferOffer,
  fare: LegFare,
  objection: 'same-route' | 'route-unknown' | undefined,
): WayToPay {
  if (objection === undefined || verdict !== 'holds') {
    const facts = [...fare.provisional, ...unknown];
    return { fare, product, charge, transfer: { rule, verdict }, unknown: facts };
  }
  const facts: OpenFact[] = objection === 'route-unknown' ? ['route'] : [];
  return { fare, product, charge, transfer: { rule, verdict: objection }, unknown: facts };
}

/** The cheapest that holds; of equal ones a transfer, which keeps the journey going. */
export function cheapestWay(ways: readonly WayToPay[]): WayToPay | undefined {
  return ways
    .filter(({ transfer }) => (transfer?.verdict ?? 'holds') === 'holds')
    .toSorted((a, b) => a.charge - b.charge || Number(isAlone(a)) - Number(isAlone(b)))[0];
}

/** What is open about the way chosen, and about those that would have been cheaper. */
export function openFacts(way: WayToPay, ways: readonly WayToPay[]): readonly OpenFact[] {
  const cheaper = ways.filter(({ charge }) => charge < way.charge);
  return [...new Set([way, ...cheaper].flatMap(({ unknown }) => unknown))];
}

function isAlone({ transfer }: WayToPay): boolean {
  return transfer === undefined;
}
