/**
 * Carries out what a decision asks of the card: intent row, dialogue, outcome row.
 *
 * Invariant: the intent is durable before the first command goes to the card, so that a cut at any
 * moment leaves either no debit or an intent to settle.
 */
import type { CardChannel } from '../../device/token-reader.ts';
import type { CardInstruction } from '../core/card/instruction.ts';
import type { CardReply } from '../core/card/purse-card.ts';
import type { LedgerHead, TapLedger } from '../store/tap-ledger.ts';
import { type DialogueDeps, driveDialogue } from './drive-dialogue.ts';
import type { Stamper } from './stamp.ts';

export interface InstructCardDeps extends DialogueDeps {
  readonly ledger: TapLedger;
  readonly stamper: Stamper;
  /** Four bytes by which the trip on the card names this device. */
  readonly deviceTag: Uint8Array;
}

/** A card that a fare is to be taken from. */
export interface InstructedCard {
  readonly tokenKey: Uint8Array;
  /** Its number, sealed: the office derives the card's keys from it. */
  readonly sealed?: Uint8Array | undefined;
  readonly channel: CardChannel;
}

/** `unknown`: the card left or fell silent, perhaps after it had committed. */
export type CardResult = CardReply['result'] | 'unknown';

/** @throws StoreError when intent or outcome could not be written. */
export async function instructCard(
  instruction: CardInstruction,
  card: InstructedCard,
  deps: InstructCardDeps,
): Promise<CardResult> {
  const at = Math.floor(deps.clock.wallNow() / 1_000) * 1_000;
  const intent = recordIntent({ instruction, card, at }, deps);
  const { epoch, seq } = intent;
  const trip = { at, amount: instruction.amount, deviceTag: deps.deviceTag, epoch, seq };
  const reply = await driveDialogue(instruction.card.debit(trip), card.channel, deps);
  const transaction = reply.ok ? reply.value.transaction : undefined;
  const result = reply.ok ? reply.value.result : 'unknown';
  deps.ledger.append({
    ...{
      kind: 'card-outcome',
      ...deps.stamper.stamp(),
      intentEpoch: epoch,
      intentSeq: seq,
      result,
    },
    cardCounter: transaction?.counter,
    cardMac: transaction?.mac,
  });
  return result;
}

interface Intent {
  readonly instruction: CardInstruction;
  readonly card: InstructedCard;
  readonly at: number;
}

function recordIntent({ instruction, card, at }: Intent, deps: InstructCardDeps): LedgerHead {
  const { balance, counter, readings } = instruction.card;
  return deps.ledger.append({
    ...{ kind: 'card-intent', ...deps.stamper.stamp() },
    tokenKey: card.tokenKey,
    amount: instruction.amount.amount,
    currencyType: instruction.amount.currency,
    tripAt: at,
    balanceBefore: balance.amount,
    cardCounter: counter,
    cardReadings: readings,
    sealedSecret: card.sealed,
  });
}
