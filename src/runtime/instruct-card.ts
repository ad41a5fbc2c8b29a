/**
 * Carries out what a decision asks of the card: intent row, dialogue, outcome row.
 *
 * Invariant: the intent is durable before the first command goes to the card, so that a cut at any
 * moment leaves either no debit or an intent to settle.
 */
import type { Clock } from '../../device/clock.ts';
import type { CardChannel } from '../../device/token-reader.ts';
import type { CardInstruction, CardReply } from '../core/card/instruction.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { driveDialogue } from './drive-dialogue.ts';
import type { Stamper } from './stamp.ts';

export interface InstructCardDeps {
  readonly clock: Clock;
  readonly ledger: TapLedger;
  readonly stamper: Stamper;
}

/** `unknown`: the card left or fell silent, perhaps after it had committed. */
export type CardResult = CardReply | 'unknown';

/** @throws StoreError when intent or outcome could not be written. */
export async function instructCard(
  instruction: CardInstruction,
  card: { readonly tokenKey: Uint8Array; readonly channel: CardChannel },
  { clock, ledger, stamper }: InstructCardDeps,
): Promise<CardResult> {
  const { amount, currency: currencyType } = instruction.amount;
  const { tokenKey, channel } = card;
  const stamp = stamper.stamp();
  const { seq } = ledger.append({ kind: 'card-intent', ...stamp, tokenKey, amount, currencyType });
  const reply = await driveDialogue(instruction.dialogue, channel, clock);
  const result = reply.ok ? reply.value : 'unknown';
  ledger.append({ kind: 'card-outcome', ...stamper.stamp(), intentSeq: seq, result });
  return result;
}
