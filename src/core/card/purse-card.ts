/**
 * A card with a purse of its own, as the rules and the runtime see it, whatever technology it is:
 * what it holds now, and how to take a fare out of it.
 */
import type { Money } from '../money.ts';
import type { CardDialogue } from './dialogue.ts';
import type { RideMarks } from './ride-marks.ts';

export interface PurseCard {
  readonly balance: Money;
  /** Counts the card's transactions; absent on cards that do not count them. */
  readonly counter?: number;
  readonly pass?: CardPass;
  /** Newest first, as many as the card keeps; `unknown` what this validator cannot read. */
  readonly trips: readonly (CardTrip | 'unknown')[];
  /**
   * Takes the fare and writes the trip, both or neither, in the session that read the card. A ride
   * that costs nothing now leaves the purse alone.
   */
  readonly debit: (trip: CardTrip) => CardDialogue<CardReply>;
}

export interface CardPass {
  readonly product: string;
  /** Milliseconds since 1970: from `from` up to, not including, `until`. */
  readonly from: number;
  readonly until: number;
}

/** A trip as the card remembers it, and by which the device knows its own debit again. */
export interface CardTrip {
  /** Milliseconds since 1970, whole seconds. */
  readonly at: number;
  readonly amount: Money;
  /** First four bytes of the SHA-256 of the device's id. */
  readonly deviceTag: Uint8Array;
  /** Place of the card-intent row in the device's ledger. */
  readonly epoch: number;
  readonly seq: number;
  /** What ride it was; absent on trips of cards' first years. */
  readonly ride?: RideMarks;
}

/** What the card itself says. When it says nothing the result is `unknown`, never a guess. */
export interface CardReply {
  readonly result: 'committed' | 'not-committed';
  /** The card's own proof of the transaction, for the office. */
  readonly transaction?: CardTransaction;
}

export interface CardTransaction {
  readonly counter: number;
  /** 8 bytes. */
  readonly mac: Uint8Array;
}
