/**
 * What a decision has to do with a card: carries out what it asks of it, and knows the rows that tell
 * what became of this debit or of an earlier one. They are written with the tap, by the caller.
 */
import assert from 'node:assert/strict';
import type { CardInstruction } from '../core/card/instruction.ts';
import { tripId } from '../core/card/settle-intent.ts';
import { type Decision, type Settlement, withoutFare } from '../core/decision.ts';
import type { Row } from '../core/ledger/row.ts';
import { type ClockRecordDeps, recordClockStep } from './clock-record.ts';
import { type InstructCardDeps, instructCard } from './instruct-card.ts';
import type { Stamper } from './stamp.ts';
import type { Tap } from './tap-row.ts';

type Instructing = Decision & { readonly instruction: CardInstruction };

/** What is left to write. */
export interface Charged {
  readonly decision: Decision;
  readonly outcomes: readonly Row[];
}

export function asksCard(decision: Decision): decision is Instructing {
  return decision.outcome === 'accepted' && decision.instruction !== undefined;
}

/**
 * The card has the last word on what it was asked to do: unless it commits, try again. What became
 * of an earlier debit is written before a new one begins. @throws StoreError
 */
export async function chargeCard(
  { scan, token, sealed }: Tap,
  decision: Instructing,
  deps: InstructCardDeps & ClockRecordDeps,
): Promise<Charged> {
  const { outcomes: settled } = unasked(decision, deps.stamper);
  if (settled.length > 0) deps.ledger.appendTogether(settled);
  assert(scan.medium === 'nfc' && token.ok, 'only a card can be instructed');
  const card = { tokenKey: token.value.tokenKey, sealed, channel: scan.channel };
  const outcome = await instructCard(decision.instruction, card, deps);
  // It took its time: the rows that follow bear the clock that is now.
  recordClockStep(deps);
  const outcomes = [outcome];
  if (outcome.result === 'committed') return { decision, outcomes };
  const isDeclined = outcome.result === 'not-committed';
  return { decision: withoutFare(isDeclined ? 'card-declined' : 'card-gone'), outcomes };
}

/** Nothing is asked of a card; it may have told of an earlier debit. */
export function unasked(decision: Decision, stamper: Pick<Stamper, 'stamp'>): Charged {
  return { decision, outcomes: settledRows(decision.settlement, stamper) };
}

function settledRows(
  settlement: Settlement | undefined,
  stamper: Pick<Stamper, 'stamp'>,
): readonly Row[] {
  if (settlement === undefined || settlement.result === 'unknown') return [];
  const { epoch: intentEpoch, seq: intentSeq } = settlement.intent.trip;
  const { result } = settlement;
  return [{ kind: 'card-outcome', ...stamper.stamp(), intentEpoch, intentSeq, result }];
}

/** By which the tap is known again among those that the card tells of. */
export function writtenTrip(outcomes: readonly Row[], deviceTag: Uint8Array): string | undefined {
  for (const row of outcomes) {
    if (row.kind !== 'card-outcome' || row.result !== 'committed') continue;
    return tripId({ deviceTag, epoch: row.intentEpoch, seq: row.intentSeq });
  }
  return undefined;
}
