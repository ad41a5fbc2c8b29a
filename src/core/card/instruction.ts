/**
 * What an acceptance asks of the card before it counts. The runtime writes the intent down before
 * it drives the dialogue, and the outcome after (promise 1): a card is never charged unrecorded.
 */
import type { Money } from '../money.ts';
import type { CardDialogue } from './dialogue.ts';

/** What the card itself says. When it says nothing the result is `unknown`, never a guess. */
export type CardReply = 'committed' | 'not-committed';

export interface CardInstruction {
  readonly kind: 'debit';
  /** Leaves the card's purse when it commits. */
  readonly amount: Money;
  readonly dialogue: CardDialogue<CardReply>;
}
