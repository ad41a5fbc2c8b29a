/**
 * A ride on a transit card within the session that read it: take the fare from the purse, if there
 * is one, write the trip, commit both at once. Says of every answer whether the card surely did it, surely did
 * not, or whether only the card itself can tell at its next tap.
 */
import type { Parsed } from '../../parsed.ts';
import { type CardDialogue, end, fail } from '../dialogue.ts';
import type { CardTransaction } from '../purse-card.ts';
import type { NativeStatus } from './command.ts';
import { type CommandOutcome, perform, type SecureSession } from './secure-messaging.ts';
import { parseTransaction } from './transaction-mac.ts';
import { purseFile } from './transit-application.ts';
import { commitTransaction, debitPurse, writeTrip } from './transit-commands.ts';
import { encodeTrip, type TripRecord } from './trip-record.ts';

export interface DebitOrder {
  /** Whole rupiah, up to the purse's limit; 0 writes the trip alone. */
  readonly amount: number;
  readonly trip: TripRecord;
}

/** A fault instead of a result means: unknown. */
export type DebitResult =
  | { readonly result: 'committed'; readonly transaction?: CardTransaction }
  | { readonly result: 'not-committed' };

/**
 * Statuses with which a card turns a commit down before it does anything. Memory and integrity
 * errors of the chip are not among them, nor is anything that is not a status of DESFire: a
 * reader makes such answers up itself when the card has left. A status has no MAC: who sits between
 * card and reader can feign one, and so have a card debited for a ride that is not given.
 */
const turnedDown: ReadonlySet<NativeStatus> = new Set([
  'not-supported',
  'no-changes',
  'illegal-command',
  'integrity-error',
  'length-error',
  'permission-denied',
  'parameter-error',
  'authentication-error',
  'boundary-error',
  'command-aborted',
]);

const notCommitted: Parsed<DebitResult> = { ok: true, value: { result: 'not-committed' } };

/** @throws RangeError for an amount or a trip that no card can hold. */
export function debitTransitCard(
  session: SecureSession,
  { amount, trip }: DebitOrder,
): CardDialogue<DebitResult> {
  if (!Number.isInteger(amount) || amount < 0 || amount > purseFile.balanceMax) {
    throw new RangeError(`a debit of ${amount}`);
  }
  const { generation } = session;
  const record = encodeTrip(trip);
  // Without a commit the card forgets both: until it is sent, every wrong answer is harmless.
  const commit = (last: SecureSession) => perform(last, commitTransaction(generation), judgeCommit);
  const write = (next: SecureSession) =>
    perform(next, writeTrip(generation, record), (written) =>
      written.result === 'done' ? commit(written.session) : end(notCommitted),
    );
  if (amount === 0) return write(session);
  return perform(session, debitPurse(amount), (debited) =>
    debited.result === 'done' ? write(debited.session) : end(notCommitted),
  );
}

function judgeCommit(outcome: CommandOutcome): CardDialogue<DebitResult> {
  switch (outcome.result) {
    case 'done': {
      // The MAC proves the commit; what comes with it is evidence for the office.
      const transaction = parseTransaction(outcome.data);
      const evidence = transaction.ok ? { transaction: transaction.value } : {};
      return end({ ok: true, value: { result: 'committed', ...evidence } });
    }
    case 'refused':
      return turnedDown.has(outcome.status)
        ? end(notCommitted)
        : fail('card-answer-invalid', outcome.said);
    case 'not-authentic':
      return fail('card-answer-invalid', outcome.said);
  }
}
