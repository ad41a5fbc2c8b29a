/**
 * What a tap costs the rider now. What was paid for before costs nothing at the door; a single ride
 * is quoted at once, a ride of two taps when the rider leaves; an entry left open is charged at the
 * next one.
 */
import type { Fare } from '../decision.ts';
import { heldProduct, riderOf } from '../rules/holdings.ts';
import type { Situation } from '../rules/rule.ts';
import type { Token } from '../token/token.ts';
import { maximumFare } from './leg-fare.ts';
import type { PastTap } from './past-tap.ts';
import { type Quote, quoteFare, type Trace } from './quote.ts';
import { type Ride, rideOf, tappingOn } from './ride.ts';

/** @returns undefined when the tariff has no fare for the ride. */
export function fareOf(token: Token, situation: Situation, trace?: Trace): Fare | undefined {
  const rider = riderOf(token, situation);
  const ride = rideOf(rider, situation);
  const product = heldProduct(token, situation);
  const { action, leg } = ride;
  if (product !== undefined) {
    trace?.({ rule: 'prepaid', holds: true, text: `${product} was bought before the ride` });
    const amount = { amount: 0, currency: situation.rules.currency };
    return { product, amount, action, leg, riderCategory: rider.riderCategory };
  }
  const quote = quoted(ride, situation, trace);
  if (quote === undefined) return undefined;
  switch (action) {
    case 'enter':
      return entryFare(fareOfQuote(quote, ride), ride, situation);
    case 'exit':
      return exitFare(fareOfQuote(quote, ride), ride, situation);
    case 'single':
      return fareOfQuote(quote, ride);
  }
}

function quoted({ leg }: Ride, { rules, history }: Situation, trace?: Trace): Quote | undefined {
  const past = history.taps.filter(({ action }) => action !== 'enter');
  const { caps, transferNeedsOtherRoute } = rules.policy;
  return quoteFare(rules.tariff, { leg, past, caps, transferNeedsOtherRoute }, trace);
}

function fareOfQuote(quote: Quote, { action, leg }: Ride): Fare {
  const { product, amount, legGroup, transfersUsed, cappedBy, provisional, owedToRider } = quote;
  return {
    ...{ product, amount, action, leg, legGroup, owedToRider },
    riderCategory: leg.riderCategory,
    transfersUsed: transfersUsed === 0 ? undefined : transfersUsed,
    isCapped: cappedBy !== undefined,
    provisional: provisional.length === 0 ? undefined : provisional,
  };
}

/** Nothing yet, but what an earlier ride without an exit came to. */
function entryFare(fare: Fare, { tapping, forgotten }: Ride, situation: Situation): Fare {
  const owed = forgotten === undefined ? 0 : penaltyOf(forgotten, situation);
  return {
    ...fare,
    amount: { ...fare.amount, amount: owed },
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
function exitFare(fare: Fare, { tapping, entry, leg }: Ride, { now }: Situation): Fare {
  if (tapping === undefined || entry === undefined) return fare;
  const isSameStop =
    leg.boarding.stopId !== undefined && leg.boarding.stopId === leg.alighting?.stopId;
  const isFree = tapping.sameStopCharge === 'nothing' && now - entry.at < tapping.sameStopExitMs;
  if (!isSameStop || !isFree) return fare;
  return { ...fare, amount: { ...fare.amount, amount: 0 }, owedToRider: undefined };
}
