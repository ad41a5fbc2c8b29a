import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSimRandom } from '../../sim/sim-chance.ts';
import { aFolder, receiptFor, testDevice, tipOf } from '../../sim/testing/ledger-builders.ts';
import { aTapRow, someStamp } from '../../sim/testing/row-builders.ts';
import { utf8 } from '../core/bytes.ts';
import { decodeRow, encodeRow } from '../core/ledger/row.ts';
import { openLedgerOrRescue } from './ledger-rescue.ts';
import { markDamaged } from './set-aside.ts';
import { openTapLedger, type TapLedger } from './tap-ledger.ts';

/** Real files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 60_000 });

const oldEpoch = 7;
const newEpoch = 8;

interface Files {
  readonly path: string;
  readonly files: ReadonlyMap<string, Buffer>;
  /** Encoded rows by seq, from 1. */
  readonly rows: readonly Uint8Array[];
  readonly sent: number;
}

/** A ledger as a killed process leaves it: part in the database, part in its log. */
function aKilledLedger(count: number): Files {
  const path = join(aFolder(), 'ledger.db');
  const open = () => openTapLedger({ mintEpoch: () => oldEpoch }, { path, device: testDevice });
  const rows = Array.from({ length: count }, (_, index) => {
    const sealedSecret = index % 9 === 4 ? new Uint8Array(3_000).fill(index) : undefined;
    return aTapRow({ monotonicAt: index, tokenKey: utf8(`token ${index}`), sealedSecret });
  });
  const half = Math.floor(count / 2);
  const sent = Math.floor(count / 10);
  let ledger = open();
  rows.slice(0, half).forEach((row, index) => {
    const head = ledger.append(row);
    const receipt = receiptFor(head);
    // The tip stands in the receipt's bytes.
    if (index + 1 === sent) ledger.outbox.acknowledge(receipt, receipt.tip);
  });
  ledger.close();
  ledger = open();
  for (const row of rows.slice(half)) ledger.append(row);
  const files = new Map(['', '-wal'].map((end) => [end, readFileSync(path + end)]));
  ledger.close();
  return { path, files, rows: rows.map(encodeRow), sent };
}

function layOut({ path, files }: Files, change: (end: string, bytes: Buffer) => void): string {
  const folder = aFolder();
  for (const [end, bytes] of files) {
    const copy = Buffer.from(bytes);
    change(end, copy);
    writeFileSync(join(folder, `ledger.db${end}`), copy);
  }
  return join(folder, path.slice(dirname(path).length + 1));
}

function boot(path: string) {
  const deps = { mintEpoch: () => newEpoch, stamp: () => someStamp };
  return openLedgerOrRescue(deps, { path, device: testDevice });
}

interface Delivered {
  /** Of the old epoch, by seq. */
  readonly rows: Map<number, Buffer>;
  readonly gaps: Set<number>;
  readonly unproven: Set<number>;
}

/** All that the backend is told from here on. */
function delivered(ledger: TapLedger): Delivered {
  const told = { rows: new Map(), gaps: new Set<number>(), unproven: new Set<number>() };
  for (;;) {
    const batch = ledger.outbox.nextBatch({ rowsMax: 50, bytesMax: 1_000_000 });
    if (batch === undefined) return told;
    const { epoch, fromSeq } = batch;
    for (const [index, bytes] of batch.rows.entries()) {
      if (epoch === oldEpoch) told.rows.set(fromSeq + index, Buffer.from(bytes));
      else hear(told, bytes);
    }
    const hash = tipOf({ device: testDevice, ...batch });
    const receipt = receiptFor({ epoch, seq: fromSeq + batch.rows.length - 1, hash });
    expect(ledger.outbox.acknowledge(receipt, new Uint8Array())).toBe(true);
  }
}

function hear({ rows, gaps, unproven }: Delivered, bytes: Uint8Array): void {
  const row = decodeRow(bytes);
  if (row?.kind === 'salvaged') {
    if (row.isVerified === 1) rows.set(row.salvagedSeq, Buffer.from(row.row));
    else unproven.add(row.salvagedSeq);
  }
  if (row?.kind !== 'gap') return;
  for (let seq = row.fromSeq; seq <= row.throughSeq; seq += 1) gaps.add(seq);
}

/** @returns what is wrong with what was delivered; undefined when all is well. */
function wrongIn({ rows: original, sent }: Files, ledger: TapLedger): string | undefined {
  ledger.append(aTapRow({ monotonicAt: 1_000_000 }));
  const { rows, gaps, unproven } = delivered(ledger);
  for (const [seq, bytes] of rows) {
    const ours = original[seq - 1];
    if (ledger.head.epoch === oldEpoch && seq > original.length) continue;
    if (ours === undefined || !bytes.equals(ours)) return `seq ${seq} is invented`;
  }
  for (let seq = sent + 1; seq <= original.length; seq += 1) {
    if (!rows.has(seq) && !gaps.has(seq) && !unproven.has(seq)) return `seq ${seq} is not told of`;
  }
  return gaps.size + unproven.size > 12 ? `${gaps.size} rows are missing` : undefined;
}

test('opens a ledger that is whole, and leaves it alone', () => {
  const files = aKilledLedger(40);

  const { ledger, rescue } = boot(layOut(files, () => {}));

  expect(rescue).toBeUndefined();
  expect(ledger.head).toMatchObject({ epoch: oldEpoch, seq: 40 });
  expect(wrongIn(files, ledger)).toBeUndefined();
  ledger.close();
});

test('goes on without what any one damaged place holds, tells of it and invents nothing', () => {
  const files = aKilledLedger(120);
  const random = createSimRandom(5);
  const pick = (below: number) => Math.floor(random.next() * below);
  const wrong: string[] = [];
  let rescued = 0;

  for (let round = 0; round < 150; round += 1) {
    const hit = random.next() < 0.6 ? '' : '-wal';
    const length = 1 + pick(8);
    const at = pick(files.files.get(hit)?.length ?? 0);
    const path = layOut(files, (end, bytes) => {
      if (end !== hit) return;
      for (const place of bytes.subarray(at, at + length).keys()) {
        bytes.writeUInt8(bytes.readUInt8(at + place) ^ (1 + pick(255)), at + place);
      }
    });
    const { ledger, rescue } = boot(path);
    if (rescue !== undefined) rescued += 1;
    const what = wrongIn(files, ledger);
    if (what !== undefined) wrong.push(`${hit || 'db'} ${at}+${length}: ${what}`);
    ledger.close();
  }

  expect(wrong).toEqual([]);
  expect(rescued).toBeGreaterThan(50);
});

test.each([0, 4_096, 8_192, 12_288])('survives the loss of the page at %i', (at) => {
  const files = aKilledLedger(120);
  const path = layOut(files, (end, bytes) => void (end === '' && bytes.fill(0, at, at + 4_096)));

  const { ledger } = boot(path);

  expect(wrongIn(files, ledger)).toBeUndefined();
  ledger.close();
});

test('sets aside what was marked, keeps it as it was, and begins a new epoch', () => {
  const files = aKilledLedger(40);
  const path = layOut(files, () => {});
  markDamaged(path, { cause: 'test' });

  const { ledger, rescue } = boot(path);

  const kept = { resumed: 36, stranded: 0, missing: 0 };
  expect(rescue).toMatchObject({ cause: 'test', ...kept });
  expect(ledger.head.epoch).toBe(newEpoch);
  expect(ledger.audit.entries(100).at(-1)?.row).toMatchObject({ kind: 'set-aside', ...kept });
  const aside = join(dirname(path), rescue?.folder ?? '');
  expect(readdirSync(aside).sort()).toEqual(['ledger.db', 'ledger.db-wal']);
  expect(readFileSync(join(aside, 'ledger.db'))).toEqual(files.files.get(''));
  ledger.close();
  expect(boot(path).rescue).toBeUndefined();
});
