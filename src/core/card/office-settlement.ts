/**
 * What became of the debits of one card, for the office, which has the rows of all validators. The
 * card counts its transactions and each has one number, so that a debit whose end its own validator
 * never saw is told by the next one: that one read the trip which the card bore, and its transaction
 * MAC covers the reading. What no row tells stays unknown until the card is held to a reader again.
 */

/** The card's proof of one debit, from its transaction MAC. */
export type DebitProof =
  /** The card committed just this debit. */
  | 'right'
  /** The MAC is not of this debit: a row, a key or the card is not what it says. */
  | 'wrong'
  /** There is none: no answer, or a card of EV1. */
  | 'none'
  /** The key or what was sealed is not here. */
  | 'unread';

export interface RecordedDebit {
  /** Names the debit among all of the fleet: `tripId` of settle-intent.ts. */
  readonly trip: string;
  /** Minor units. */
  readonly amount: number;
  /** Transactions of the card before it, when the card counts them. */
  readonly counterBefore?: number | undefined;
  /** Charged as going on from an earlier ride. */
  readonly isTransfer?: boolean;
  /** The newest trip that the card bore before it. */
  readonly lastTripBefore?: string | undefined;
  /** What its own validator wrote down in the end; absent while it wrote nothing. */
  readonly outcome?: 'committed' | 'not-committed' | 'unknown' | undefined;
  readonly proof: DebitProof;
}

export interface SettledDebit {
  readonly result: 'committed' | 'not-committed' | 'unknown';
  /**
   * Who says so: the card itself by a transaction MAC, its own or a later one's; a validator that
   * wrote down what it read; nobody.
   */
  readonly by: 'card' | 'validator' | 'nobody';
  /** Minor units to give back: the fare was taken, and the ride was given for none or another. */
  readonly refund: number;
}

/** @param debits every one of the same card, from all validators, in any order. */
export function settleDebits(debits: readonly RecordedDebit[]): ReadonlyMap<string, SettledDebit> {
  return new Map(debits.map((debit) => [debit.trip, settled(debit, debits)]));
}

function settled(debit: RecordedDebit, all: readonly RecordedDebit[]): SettledDebit {
  if (debit.outcome === 'committed') {
    return { result: 'committed', by: debit.proof === 'right' ? 'card' : 'validator', refund: 0 };
  }
  const later = all.filter(({ lastTripBefore }) => lastTripBefore === debit.trip);
  if (later.length > 0) {
    return { result: 'committed', by: saidBy(later), refund: refundOf(debit, later) };
  }
  const others = othersOfItsNumber(debit, all);
  if (others.length > 0) return { result: 'not-committed', by: saidBy(others), refund: 0 };
  return debit.outcome === 'not-committed'
    ? { result: 'not-committed', by: 'validator', refund: 0 }
    : { result: 'unknown', by: 'nobody', refund: 0 };
}

/**
 * The rider was told to try again, and paid again or paid otherwise. Where the next bus took the torn
 * ride for the beginning of a journey, only what it charged for going on was too much.
 */
function refundOf({ amount }: RecordedDebit, later: readonly RecordedDebit[]): number {
  const transfer = later.find(({ isTransfer }) => isTransfer === true);
  return transfer === undefined ? amount : Math.min(amount, transfer.amount);
}

/** A proof that a row is true makes what it read true as well. */
function saidBy(debits: readonly RecordedDebit[]): 'card' | 'validator' {
  return debits.some(({ proof }) => proof === 'right') ? 'card' : 'validator';
}

/** Committed debits that have the number which this one would have had. */
function othersOfItsNumber(debit: RecordedDebit, all: readonly RecordedDebit[]) {
  const { counterBefore, trip } = debit;
  if (counterBefore === undefined) return [];
  return all.filter(
    (other) =>
      other.trip !== trip &&
      other.counterBefore === counterBefore &&
      (other.outcome === 'committed' || other.proof === 'right'),
  );
}
