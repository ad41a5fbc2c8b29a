/** A decision is a value: what came out, on what basis, why, and what it costs the rider. */
import type { CardInstruction } from './card/instruction.ts';
import type { OpenIntent } from './card/settle-intent.ts';
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
  /** Charged for this tap; zero where the product was paid for before. */
  readonly amount: Money;
}

/** What the card told of an earlier debit of this device. */
export interface Settlement {
  readonly intent: OpenIntent;
  readonly result: 'committed' | 'not-committed' | 'unknown';
}

export type Decision = { readonly reason: Reason; readonly settlement?: Settlement } & (
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
