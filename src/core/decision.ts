/** A decision is a value: what came out, on what basis, why, and what it costs the rider. */
import type { CardInstruction } from './card/instruction.ts';
import type { OpenIntent } from './card/settle-intent.ts';
import type { Leg } from './fare/leg.ts';
import type { RideAction } from './fare/past-tap.ts';
import type { Money } from './money.ts';
import { type Reason, reasons } from './reason.ts';

export type Outcome = 'accepted' | 'refused' | 'retry';

/**
 * What an acceptance rests on:
 * `verified` a signature or the card's cryptography proved it · `authorised` backend or acquirer
 * said yes in time · `listed` an allow list · `risk-accepted` authorisation pending, within limits
 * · `fail-open` the operator's policy while reader or rules are unavailable.
 */
export type Basis = 'verified' | 'authorised' | 'listed' | 'risk-accepted' | 'fail-open';

export interface Fare {
  /** Fare product id, GTFS-Fares v2 `fare_products.fare_product_id`. */
  readonly product: string;
  /** Charged for this tap; zero where the product was paid for before, never negative. */
  readonly amount: Money;
  readonly action: RideAction;
  readonly leg: Leg;
  readonly riderCategory?: string | undefined;
  readonly legGroup?: string | undefined;
  /** Transfers since the journey began; absent: it begins here. */
  readonly transfersUsed?: number | undefined;
  /** A free transfer on a ticket: the ride that it used before goes on. */
  readonly goesOn?: true;
  readonly isCapped?: boolean | undefined;
  /** What only the office can know and will settle, such as `to-area`. */
  readonly provisional?: readonly string[] | undefined;
  /** The office pays it back: a device never does. */
  readonly owedToRider?: Money | undefined;
  /** What a purse must hold although less is charged now. */
  readonly balanceNeeded?: number | undefined;
}

/** Whether the tap counts as one of the rides of its token. */
export function usesRide({ action, goesOn }: Fare): boolean {
  return action !== 'exit' && goesOn !== true;
}

/** Nothing is taken now, and nothing of this ride will be later. */
export function isForNothing({ action, amount }: Fare): boolean {
  return amount.amount === 0 && action !== 'enter';
}

/** What the card told of an earlier debit of this device. */
export interface Settlement {
  readonly intent: OpenIntent;
  readonly result: 'committed' | 'not-committed' | 'unknown';
}

export type Decision = {
  readonly reason: Reason;
  readonly settlement?: Settlement;
  /** When it was used, for whoever is told that it was. */
  readonly tappedAt?: number;
} & (
  | {
      readonly outcome: 'accepted';
      readonly basis: Basis;
      readonly fare: Fare;
      /** To be carried out on the card first; the acceptance holds only if the card commits. */
      readonly instruction?: CardInstruction;
    }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'retry' }
);

/** The decision for what could not be accepted: the reason's number says whether trying again helps. */
export function withoutFare(reason: Reason): Decision {
  return reasons[reason].code >= 300
    ? { outcome: 'retry', reason }
    : { outcome: 'refused', reason };
}

/** What must be asked before anything is decided: put it to the backend, then decide again. */
export interface Question {
  readonly ask: 'authorisation';
  readonly fare: Fare;
  readonly deadlineMs: number;
}
