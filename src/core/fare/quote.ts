/**
 * What a leg costs this rider now: the leg on its own or as a transfer, whichever is cheaper, below
 * the caps. GTFS-Fares v2 says what a journey costs; what was charged before is taken off.
 */
import type { Money } from '../money.ts';
import type { CapPolicy } from '../rules/policy.ts';
import { type Capped, capped } from './cap.ts';
import { journeyBefore } from './journey.ts';
import type { Leg, PastLeg } from './leg.ts';
import { legFares } from './leg-fare.ts';
import { capStep, legSteps, type Trace, transferSteps } from './quote-steps.ts';
import type { Tariff } from './tariff.ts';
import { cheapestWay, type OpenFact, openFacts, type WayToPay, waysToPay } from './way-to-pay.ts';

export type { Trace, TraceStep } from './quote-steps.ts';

export interface Quote {
  readonly product: string;
  /** Never negative. */
  readonly amount: Money;
  readonly legGroup?: string | undefined;
  /** Transfers since the journey began; 0 where it begins. */
  readonly transfersUsed: number;
  readonly cappedBy?: string | undefined;
  /** What only the office can know and will settle. */
  readonly provisional: readonly OpenFact[];
  /** Paid back by the office: a validator never pays out. */
  readonly owedToRider?: Money | undefined;
}

export interface QuoteInput {
  readonly leg: Leg;
  /** Earlier legs of the rider, oldest first. */
  readonly past: readonly PastLeg[];
  readonly caps: readonly CapPolicy[];
  /** Whoever takes the same route again begins a new journey. */
  readonly transferNeedsOtherRoute: boolean;
}

/** @returns undefined when no rule of the tariff fits the leg. */
export function quoteFare(tariff: Tariff, input: QuoteInput, trace?: Trace): Quote | undefined {
  const { leg, past, caps, transferNeedsOtherRoute } = input;
  const fares = legFares(tariff, leg);
  if (trace) legSteps(tariff, leg, fares).forEach(trace);
  const journey = journeyBefore(leg, past);
  const trip = { leg, journey, transferNeedsOtherRoute };
  const ways = fares.flatMap((fare) => waysToPay(tariff, fare, trip));
  const way = cheapestWay(ways);
  if (way === undefined) return undefined;
  if (trace) transferSteps(journey, ways, way).forEach(trace);
  const cap = capped({ leg, amount: Math.max(0, way.charge) }, caps, { past, tariff });
  if (caps.length > 0) trace?.(capStep(cap, way.fare.product.price.currency));
  return { ...quoteOf(way, journey, cap), provisional: openFacts(way, ways) };
}

function quoteOf(
  { fare, product, charge, transfer }: WayToPay,
  [from]: readonly PastLeg[],
  { amount, by }: Capped,
): Omit<Quote, 'provisional'> {
  const { currency } = fare.product.price;
  return {
    product,
    amount: { amount, currency },
    legGroup: fare.legGroup,
    transfersUsed: transfer === undefined || from === undefined ? 0 : from.transfersUsed + 1,
    cappedBy: by,
    owedToRider: charge < 0 ? { amount: -charge, currency } : undefined,
  };
}
