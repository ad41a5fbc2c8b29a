/**
 * A ledger's life, for the log of its file operations: taps, card debits, receipts, pruning, closing
 * and opening again. After each thing that a rider, a card or the backend may rely on it writes a line
 * to the file `marks`, by which the order of promise and disk is known.
 *
 *   node ledger-life.ts FOLDER ROWS [--normal] [--marks FILE]
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { rowHash } from '../../src/core/ledger/chain.ts';
import { signReceipt } from '../../src/core/ledger/receipt.ts';
import { type AcceptedToken, openTapLedger, type TapLedger } from '../../src/store/tap-ledger.ts';
import { createSimRandom } from '../sim-chance.ts';
import { aFare, someNow } from '../testing/builders.ts';
import { aRowOfEachKind, aTapRow } from '../testing/row-builders.ts';
import type { Mark } from './marks.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { normal: { type: 'boolean' }, marks: { type: 'string' } },
});
const [folder = '', rows = '0'] = positionals;
const marksFile = values.marks ?? join(folder, 'marks');
const device = 'bus-1';
const random = createSimRandom(1);
/** Test key: everybody can read it. */
const receiptKey = ed25519PrivateKey(utf8('halte test key - of the backend!'));

if (values.normal === true) feignFull();

/** What the ledger's own check would find out, so that the bench can show what would be lost. */
function feignFull(): void {
  const { pragma } = Database.prototype;
  Database.prototype.pragma = function (source, options) {
    if (source === 'synchronous') return 2;
    const weaker = source === 'synchronous = FULL' ? 'synchronous = NORMAL' : source;
    return pragma.call(this, weaker, options);
  };
}

const mark = (what: Mark) => appendFileSync(marksFile, `${JSON.stringify(what)}\n`);

let epochs = 0;
function open(): TapLedger {
  const mintEpoch = () => {
    epochs += 1;
    return epochs;
  };
  return openTapLedger({ mintEpoch }, { path: join(folder, 'ledger.db'), device });
}

function live(turn: number): void {
  const chance = random.next();
  if (chance < 0.7) tap(turn);
  else if (chance < 0.85) debit(turn);
  else if (chance < 0.93) receive();
  else if (chance < 0.96) reopen();
  else prune();
}

const keyOf = (turn: number) => utf8(`token ${turn}`.padEnd(32, '.'));

function acceptedOf(turn: number): AcceptedToken {
  const times = { acceptedAt: someNow + turn, forgetAt: someNow * 2 };
  const memory = { atRisk: false, fare: aFare(), rulesVersion: 'test-1' };
  return { tokenKey: keyOf(turn), ...times, ...memory };
}

function tap(turn: number): void {
  const row = aTapRow({ wallAt: someNow + turn, tokenKey: keyOf(turn) });
  const { epoch, seq } = ledger.appendTogether([row], acceptedOf(turn));
  mark({ kind: 'green', epoch, seq, tokenKey: hex(keyOf(turn)) });
}

function debit(turn: number): void {
  const tokenKey = keyOf(turn);
  const begun = ledger.append({ ...aRowOfEachKind['card-intent'], tokenKey });
  mark({ kind: 'card', epoch: begun.epoch, seq: begun.seq, tokenKey: hex(tokenKey) });
  if (random.next() < 0.3) return;
  const outcome = {
    ...aRowOfEachKind['card-outcome'],
    intentEpoch: begun.epoch,
    intentSeq: begun.seq,
  };
  const accepted = { ...acceptedOf(turn), tokenKey };
  const { epoch, seq } = ledger.appendTogether([outcome, aTapRow({ tokenKey })], accepted);
  mark({ kind: 'green', epoch, seq, tokenKey: hex(tokenKey) });
}

/** Of the last receipt. */
let durableSeq = 0;

function receive(): void {
  const batch = ledger.outbox.nextBatch({ rowsMax: 50, bytesMax: 100_000 });
  if (batch === undefined) return;
  const { epoch, fromSeq, rows, prevHash } = batch;
  durableSeq = fromSeq + rows.length - 1;
  const tip = rows.reduce(
    (hash, bytes, index) => rowHash({ device, epoch, seq: fromSeq + index }, hash, bytes),
    prevHash,
  );
  const receipt = { held: 'ledger', device, epoch, durableSeq, tip, serverTime: someNow } as const;
  ledger.outbox.acknowledge(receipt, signReceipt(receiptKey, receipt));
  mark({ kind: 'receipt', durableSeq });
}

function prune(): void {
  mark({ kind: 'pruning', durableSeq });
  ledger.outbox.prune(someNow + 1);
}

function reopen(): void {
  ledger.close();
  ledger = open();
}

let ledger = open();
for (let turn = 0; turn < Number(rows); turn += 1) live(turn);
ledger.close();
