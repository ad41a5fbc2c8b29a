/**
 * `halte taps cards`: what became of every card debit in the backend's ledger, for the office. With
 * the office's keys each card's own proof is checked; without, validators are taken at their word.
 */

import type { CardProofDeps } from '../backend/card-proof.ts';
import { createOpener } from '../backend/opening.ts';
import { type CardDebit, cardKinds, settleCards } from '../backend/settle-cards.ts';
import { createFileKeyStore } from '../config/key-file.ts';
import { readSecretFile } from '../config/secret-file.ts';
import { openLedgerOf } from './backend-database.ts';
import { readSealingKey } from './backend-keys.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';

export interface TapsCardsOptions {
  /** `sqlite:FILE` or `postgres://…`. */
  readonly db: string;
  /** Files of X25519 seeds. */
  readonly sealingKey?: readonly string[];
  /** A key file with `transit-mac`. */
  readonly cardKeys?: string;
  readonly json?: boolean;
}

export async function settleTaps(options: TapsCardsOptions, io: CliIo): Promise<ExitCode> {
  const deps = proofDeps(options);
  const store = await openLedgerOf(options.db);
  try {
    const debits = await settleCards(store.rowsOf(cardKinds), deps);
    const print = options.json === true ? JSON.stringify : lineOf;
    if (options.json !== true) io.out(heading);
    for (const debit of debits) io.out(print(debit));
    if (options.json !== true) io.out(sums(debits));
    return complain(debits, io);
  } finally {
    await store.close();
  }
}

/** @throws CliError, ConfigError */
function proofDeps({ sealingKey, cardKeys }: TapsCardsOptions): CardProofDeps | undefined {
  if (sealingKey === undefined && cardKeys === undefined) return undefined;
  if (sealingKey === undefined || cardKeys === undefined) {
    const message = 'one of --sealing-key and --card-keys is missing';
    const hint = 'a proof takes both: what was sealed, and the key transit-mac';
    throw new CliError('taps/keys-missing', message, hint);
  }
  readSecretFile(cardKeys);
  return {
    opener: createOpener(sealingKey.map(readSealingKey)),
    keyStore: createFileKeyStore(cardKeys),
  };
}

const heading = line(
  'time',
  'device',
  'epoch/seq',
  'card',
  'amount',
  'result',
  'said by',
  'refund',
);

function lineOf(debit: CardDebit): string {
  const { device, epoch, seq, at, amount, card, result, by, proof, refund } = debit;
  const time = new Date(at).toISOString().slice(0, 19);
  const place = `${epoch}/${seq}`;
  const said = proof === 'wrong' ? 'WRONG PROOF' : by;
  const back = refund === 0 ? '-' : String(refund);
  return line(time, device, place, card.slice(0, 12), String(amount), result, said, back);
}

function line(...texts: readonly string[]): string {
  const widths = [20, 16, 24, 13, 8, 14, 12, 0];
  return texts
    .map((text, index) => text.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd();
}

function sums(debits: readonly CardDebit[]): string {
  const count = (result: CardDebit['result']) =>
    debits.filter((one) => one.result === result).length;
  const refunds = debits.filter(({ refund }) => refund > 0);
  const refund = refunds.reduce((sum, debit) => sum + debit.refund, 0);
  return [
    `${debits.length} debits: ${count('committed')} committed, ${count('not-committed')} not,`,
    `${count('unknown')} unknown until the card is held to a reader again;`,
    `${refunds.length} to give back, ${refund} in all`,
  ].join(' ');
}

function complain(debits: readonly CardDebit[], io: CliIo): ExitCode {
  const wrong = debits.filter(({ proof }) => proof === 'wrong').length;
  if (wrong === 0) return 0;
  io.err(`taps/wrong-proof: ${wrong} debits are not what the card says it committed`);
  io.err('→ a validator’s rows, the key transit-mac or the card is false: look at these devices');
  return 1;
}
