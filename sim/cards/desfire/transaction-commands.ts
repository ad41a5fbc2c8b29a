/**
 * Making all changes of a transaction valid at once, or none. The commit also moves the transaction
 * MAC file on (MF2DL(H)x0 data sheet §10.3); not verified on silicon, for want of published vectors.
 */
import { concat } from '../../../src/core/bytes.ts';
import { type CardCommands, managing, nothing } from './card-command.ts';
import { cmac, truncatedMac } from './card-crypto.ts';
import { refuse } from './card-status.ts';
import { littleEndian } from './fields.ts';
import { type TransactionMacFile, transactionMacOf } from './memory.ts';
import {
  type CardTransaction,
  emptyTransaction,
  type PoweredCard,
  selectedApplication,
} from './powered-card.ts';
import type { ReceivedCommand } from './secure-session.ts';

/** Options of CommitTransaction: whether it answers with counter and MAC. */
const withoutMac = 0x00;
const withMac = 0x01;

export const transactionCommands: CardCommands = [
  [0xc7, managing(commitTransaction)],
  [0xa7, managing(abortTransaction)],
];

function commitTransaction(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  if (payload.length > (card.generation === 'ev1' ? 0 : 1)) refuse('lengthError');
  const [option] = payload;
  const { transaction } = card;
  const { files } = selectedApplication(card);
  const macFile = transactionMacOf(files);
  const isKnown = option === undefined || option === withoutMac || option === withMac;
  if (!isKnown || (option !== undefined && macFile === undefined)) refuse('parameterError');
  requireOpen(card);
  for (const [number, file] of transaction.files) files.set(number, file);
  card.transaction = emptyTransaction();
  if (macFile === undefined) return nothing;
  const after = movedOn(macFile.file, card.uid, transaction);
  files.set(macFile.number, after);
  return option === withMac ? concat(littleEndian(after.counter, 4), after.mac) : nothing;
}

function abortTransaction(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  if (payload.length > 0) refuse('lengthError');
  requireOpen(card);
  card.transaction = emptyTransaction();
  return nothing;
}

/** Something was written; or read, where a MAC is taken over what is read (§10.3.4). */
function requireOpen(card: PoweredCard): void {
  const { files, macInput } = card.transaction;
  const hasMac = transactionMacOf(selectedApplication(card).files) !== undefined;
  if (files.size === 0 && (macInput.length === 0 || !hasMac)) refuse('noChanges');
}

function movedOn(
  file: TransactionMacFile,
  uid: Uint8Array,
  { macInput }: CardTransaction,
): TransactionMacFile {
  const counter = file.counter + 1;
  const label = Uint8Array.of(0x5a, 0x00, 0x01, 0x00, 0x80);
  const key = cmac(file.key.value, concat(label, littleEndian(counter, 4), uid));
  return { ...file, counter, mac: truncatedMac(cmac(key, concat(...macInput))) };
}
