/**
 * Carries out what a decision asks of the card: intent row, dialogue, outcome.
 *
 * Invariant: the intent is durable before the first command goes to the card, so that a cut at any
 * moment leaves either no debit or an intent to settle. The outcome is left to be written together
 * with the tap: were it written alone, a cut between the two would leave a debit without a ride.
 */
import type { CardChannel } from '../../device/token-reader.ts';
import type { CardInstruction } from '../core/card/instruction.ts';
import { rideMarks } from '../core/card/ride-marks.ts';
import { tripId } from '../core/card/settle-intent.ts';
import type { Row } from '../core/ledger/row.ts';
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
  /** Its number and what was read of it, sealed: the office checks the card's proof with them. */
  readonly sealed?: Uint8Array | undefined;
  readonly channel: CardChannel;
}

export type CardOutcomeRow = Extract<Row, { kind: 'card-outcome' }>;

/** @returns the outcome, not yet written. @throws StoreError when the intent could not be written. */
export async function instructCard(
  instruction: CardInstruction,
  card: InstructedCard,
  deps: InstructCardDeps,
): Promise<CardOutcomeRow> {
  const at = Math.floor(deps.clock.wallNow() / 1_000) * 1_000;
  const { epoch, seq } = recordIntent({ instruction, card, at }, deps);
  const { amount } = instruction;
  const ride = rideMarks(instruction.ride);
  const trip = { at, amount, deviceTag: deps.deviceTag, epoch, seq, ride };
  const reply = await driveDialogue(instruction.card.debit(trip), card.channel, deps);
  const transaction = reply.ok ? reply.value.transaction : undefined;
  return {
    ...{ kind: 'card-outcome', ...deps.stamper.stamp(), intentEpoch: epoch, intentSeq: seq },
    // Without a reply the card left or fell silent, perhaps after it had committed.
    result: reply.ok ? reply.value.result : 'unknown',
    cardCounter: transaction?.counter,
    cardMac: transaction?.mac,
  };
}

interface Intent {
  readonly instruction: CardInstruction;
  readonly card: InstructedCard;
  readonly at: number;
}

function recordIntent({ instruction, card, at }: Intent, deps: InstructCardDeps): LedgerHead {
  const { balance, counter, trips } = instruction.card;
  const { action, product, transfers, legGroup, routeId, stopId } = instruction.ride;
  const [lastTrip] = trips;
  return deps.ledger.append({
    ...{ kind: 'card-intent', ...deps.stamper.stamp() },
    tokenKey: card.tokenKey,
    amount: instruction.amount.amount,
    currencyType: instruction.amount.currency,
    fareProduct: product,
    ...{ fareAction: action, transfers, legGroup, routeId, stopId },
    tripAt: at,
    balanceBefore: balance.amount,
    cardCounter: counter,
    lastTrip: lastTrip && (lastTrip === 'unknown' ? lastTrip : tripId(lastTrip)),
    sealedSecret: card.sealed,
  });
}
