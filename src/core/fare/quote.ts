/**
 * What a leg costs this rider now: the leg on its own or as a transfer, whichever is cheaper, below
 * the caps. GTFS-Fares v2 says what a journey costs; what was charged before is taken off.
 */
import type { Money } from '../money.ts';
import type { CapPolicy } from '../rules/policy.ts';
import { capped } from './cap.ts';
import type { Leg, PastLeg } from './leg.ts';
import { type LegFare, legFare } from './leg-fare.ts';
import type { Tariff } from './tariff.ts';
import { isSameBoarding, transferFare } from './transfer.ts';

/** A step of the way to a fare, for whoever asks why. */
export type Trace = (step: TraceStep) => void;

export interface TraceStep {
  readonly rule: string;
  readonly holds: boolean;
  /** Plain English. */
  readonly text: string;
}

export interface Quote {
  readonly product: string;
  /** Never negative. */
  readonly amount: Money;
  readonly legGroup?: string | undefined;
  /** Transfers since the journey began; 0 where it begins. */
  readonly transfersUsed: number;
  readonly cappedBy?: string | undefined;
  /** What only the office can know and will settle. */
  readonly provisional: readonly string[];
  /** Paid back by the office. */
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
  const { leg, past, caps } = input;
  const alone = legFare(tariff, leg);
  trace?.(legStep(alone));
  if (alone === undefined) return undefined;
  const { currency, amount: price } = alone.product.price;
  const earlier = input.transferNeedsOtherRoute
    ? past.filter((one) => one.leg.routeId !== leg.routeId || isSameBoarding(one.leg, leg))
    : past;
  const transfer = transferFare(tariff, { leg, fare: alone }, earlier);
  const applies = transfer !== undefined && transfer.charge <= price;
  trace?.(transferStep(transfer?.charge, applies, past.length));
  const asked = applies ? transfer.charge : price;
  const at = leg.alighting?.at ?? leg.boarding.at;
  const cap = capped({ leg, at, amount: Math.max(0, asked) }, caps, { past, time: tariff.time });
  if (caps.length > 0) trace?.(capStep(cap.by, cap.amount));
  return {
    product: applies ? transfer.product : alone.product.id,
    amount: { amount: cap.amount, currency },
    legGroup: alone.legGroup,
    transfersUsed: applies ? transfer.transfersUsed : 0,
    cappedBy: cap.by,
    provisional: [...alone.provisional, ...(applies ? transfer.provisional : [])],
    owedToRider: asked < 0 ? { amount: -asked, currency } : undefined,
  };
}

function legStep(fare: LegFare | undefined): TraceStep {
  if (fare === undefined) {
    return { rule: 'fare_leg_rules', holds: false, text: 'no rule fits this leg' };
  }
  const { product, legGroup, provisional } = fare;
  const { amount, currency } = product.price;
  const group = legGroup === undefined ? '' : `, leg group ${legGroup}`;
  const open = provisional.length === 0 ? '' : `; not known yet: ${provisional.join(', ')}`;
  const text = `${product.id} at ${currency} ${amount}${group}${open}`;
  return { rule: 'fare_leg_rules', holds: true, text };
}

function transferStep(charge: number | undefined, applies: boolean, past: number): TraceStep {
  const rule = 'fare_transfer_rules';
  if (charge === undefined) {
    const text = past === 0 ? 'no earlier leg is known' : 'no rule joins it to the earlier leg';
    return { rule, holds: false, text };
  }
  const text = applies ? `a transfer, ${charge} now` : `a transfer would cost more: ${charge}`;
  return { rule, holds: applies, text };
}

function capStep(by: string | undefined, amount: number): TraceStep {
  const holds = by !== undefined;
  return { rule: 'caps', holds, text: holds ? `${by} leaves ${amount}` : 'no cap is reached' };
}
