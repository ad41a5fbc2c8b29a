/**
 * What a tap costs the rider now. What was paid for before costs nothing at the door; a single ride
 * is quoted at once, a ride of two taps when the rider leaves; an entry left open is charged at the
 * next one.
 */
import type { Fare } from '../decision.ts';
import { formatMoney } from '../money.ts';
import { heldProduct, riderOf } from '../rules/holdings.ts';
import type { Situation } from '../rules/rule.ts';
import type { Token } from '../token/token.ts';
import type { PastLeg } from './leg.ts';
import { legFares, maximumFare } from './leg-fare.ts';
import type { PastTap } from './past-tap.ts';
import { productObjection } from './product-validity.ts';
import { type Quote, quoteFare, type Trace, type TraceStep } from './quote.ts';
import { type Ride, riddenLegs, rideOf, tappingOn } from './ride.ts';
import { ticketRide } from './ticket-ride.ts';

/** @returns undefined when the tariff has no fare for the ride. */
export function fareOf(token: Token, situation: Situation, trace?: Trace): Fare | undefined {
  const rider = riderOf(token, situation);
  const ride = rideOf(rider, situation);
  const product = heldProduct(token, situation);
  if (product !== undefined) {
    const objection = productObjection(situation.rules.tariff, product, ride.leg);
    trace?.(prepaidStep(product, objection));
    const isPaidByPurse = objection !== undefined && token.card !== undefined;
    if (!isPaidByPurse) return prepaidFare(product, ride, { token, situation, trace });
  }
  const quote = quoted(ride, situation, trace);
  if (quote === undefined) return undefined;
  switch (ride.action) {
    case 'enter':
      return entryFare(fareOfQuote(quote, ride), ride, { situation, trace });
    case 'exit':
      return lessCharged(
        exitFare(fareOfQuote(quote, ride), ride, { situation, trace }),
        ride,
        trace,
      );
    case 'single':
      return fareOfQuote(quote, ride);
  }
}

function prepaidStep(product: string, objection: string | undefined): TraceStep {
  const why = objection === undefined ? '' : `, and its leg rules say ${objection}`;
  const text = `${product} was bought before the ride${why}`;
  return { rule: 'prepaid', holds: objection === undefined, text };
}

interface Asked {
  readonly token: Token;
  readonly situation: Situation;
  readonly trace: Trace | undefined;
}

/** Nothing at the door; of counted rides it may go on with the one before. */
function prepaidFare(
  product: string,
  { action, leg, entry }: Ride,
  { token, situation, trace }: Asked,
): Fare {
  const { rules, history } = situation;
  const { ticketsTransfer, transferNeedsOtherRoute } = rules.policy;
  const amount = { amount: 0, currency: rules.currency };
  const fare = { product, amount, action, leg, riderCategory: leg.riderCategory };
  const hasTransfers = ticketsTransfer && rules.tariff.transferRules.length > 0;
  if (token.rides === 'unlimited' || !hasTransfers) return fare;
  const past = pastLegs(
    history.taps.filter((tap) => tap.isSameToken && tap !== entry),
    rules,
  );
  return { ...fare, ...ticketRide(rules.tariff, leg, { past, transferNeedsOtherRoute, trace }) };
}

function quoted(
  { leg, entry }: Ride,
  { rules, history }: Situation,
  trace?: Trace,
): Quote | undefined {
  const past = pastLegs(
    history.taps.filter((tap) => tap !== entry),
    rules,
  );
  const { caps, transferNeedsOtherRoute } = rules.policy;
  return quoteFare(rules.tariff, { leg, past, caps, transferNeedsOtherRoute }, trace);
}

/** Legs that were ridden, in the leg groups of today's rules: those before may have had others. */
function pastLegs(
  taps: readonly PastTap[],
  { version, tariff }: Situation['rules'],
): readonly PastLeg[] {
  return riddenLegs(taps).map((tap) => {
    const legGroup =
      tap.rulesVersion === version ? undefined : legFares(tariff, tap.leg)[0]?.legGroup;
    return legGroup === undefined ? tap : { ...tap, legGroup };
  });
}

function fareOfQuote(quote: Quote, { action, leg, isTappingOpen }: Ride): Fare {
  const { product, amount, legGroup, transfersUsed, cappedBy, owedToRider } = quote;
  const provisional = [...quote.provisional, ...(isTappingOpen ? ['tapping'] : [])];
  return {
    ...{ product, amount, action, leg, legGroup, owedToRider },
    riderCategory: leg.riderCategory,
    transfersUsed: transfersUsed === 0 ? undefined : transfersUsed,
    isCapped: cappedBy !== undefined,
    provisional: provisional.length === 0 ? undefined : provisional,
  };
}

/** Nothing yet, but what an earlier ride without an exit came to. */
function entryFare(
  fare: Fare,
  { tapping, forgotten }: Ride,
  { situation, trace }: Omit<Asked, 'token'>,
): Fare {
  const owed = forgotten === undefined ? 0 : penaltyOf(forgotten, situation);
  const amount = { ...fare.amount, amount: owed };
  const text =
    forgotten === undefined
      ? 'nothing now: the ride is charged at its exit'
      : `an entry was left without an exit: ${formatMoney(amount)} for it now`;
  trace?.({ rule: 'entry', holds: true, text });
  return {
    ...fare,
    amount,
    isCapped: false,
    owedToRider: undefined,
    balanceNeeded: owed + (tapping?.minimumBalance ?? 0),
  };
}

function penaltyOf({ leg }: PastTap, { rules }: Situation): number {
  switch (tappingOn(leg.routeId, rules)?.forgottenCharge) {
    case 'maximum-fare':
      return maximumFare(rules.tariff, leg)?.product.price.amount ?? 0;
    case 'boarding-fare':
      return (
        quoteFare(rules.tariff, { leg, past: [], caps: [], transferNeedsOtherRoute: false })?.amount
          .amount ?? 0
      );
    default:
      return 0;
  }
}

/** Whoever leaves where they entered has not travelled. */
function exitFare(
  fare: Fare,
  { tapping, entry, leg }: Ride,
  { situation: { now }, trace }: Omit<Asked, 'token'>,
): Fare {
  if (tapping === undefined || entry === undefined) return fare;
  const isSameStop =
    leg.boarding.stopId !== undefined && leg.boarding.stopId === leg.alighting?.stopId;
  const isFree = tapping.sameStopCharge === 'nothing' && now - entry.at < tapping.sameStopExitMs;
  if (!isSameStop || !isFree) return fare;
  const seconds = tapping.sameStopExitMs / 1_000;
  const text = `left where it was entered, within ${seconds} s: nothing`;
  trace?.({ rule: 'exit', holds: true, text });
  return { ...fare, amount: { ...fare.amount, amount: 0 }, owedToRider: undefined };
}

/** What was charged for it as a ride of one tap is taken off; too much of it the office pays back. */
function lessCharged(fare: Fare, { entry }: Ride, trace?: Trace): Fare {
  if (entry?.action !== 'single') return fare;
  const text = `less ${formatMoney(entry.charged)}: the entry was charged as a ride of one tap`;
  trace?.({ rule: 'exit', holds: true, text });
  const { amount, owedToRider } = fare;
  const rest = amount.amount - (owedToRider?.amount ?? 0) - entry.charged.amount;
  return {
    ...fare,
    amount: { ...amount, amount: Math.max(0, rest) },
    owedToRider: rest < 0 ? { ...amount, amount: -rest } : undefined,
  };
}
