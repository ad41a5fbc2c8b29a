import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import {
  aFolder,
  aLedger,
  anAcceptedToken,
  fill,
  receiptFor,
} from '../../sim/testing/ledger-builders.ts';
import { aTapRow } from '../../sim/testing/row-builders.ts';
import { genesisHash } from '../core/ledger/chain.ts';
import { decodeRow, encodeRow } from '../core/ledger/row.ts';
import type { LedgerHead, TapLedger } from './tap-ledger.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const limits = { rowsMax: 500, bytesMax: 256 * 1024 };
const bytes = new Uint8Array([1, 2, 3]);
const never = someNow - 1;
const always = someNow + 1;

/** A ledger of so many rows; heads[seq] is the head after that row. */
function aFilledLedger(rows: number) {
  const ledger = aLedger();
  const heads: LedgerHead[] = [ledger.head, ...fill(ledger, rows)];
  const headAt = (seq: number) => heads[seq] ?? ledger.head;
  const acknowledge = (seq: number, serverTime = someNow) =>
    ledger.outbox.acknowledge(receiptFor(headAt(seq), { serverTime }), bytes);
  return { ledger, outbox: ledger.outbox, headAt, acknowledge };
}

const placeOf = (ledger: TapLedger) => {
  const batch = ledger.outbox.nextBatch(limits);
  return batch && [batch.epoch, batch.fromSeq, batch.rows.length];
};

test('has nothing to send of an empty ledger', () => {
  const { outbox } = aLedger();

  expect(outbox.nextBatch(limits)).toBeUndefined();
  expect(outbox.unsent).toBe(0);
});

test('sends the bytes that were hashed, from the hash before them', () => {
  const ledger = aLedger();
  const rows = [aTapRow(), aTapRow({ outcome: 'refused', reason: 'token-expired' })];
  for (const row of rows) ledger.append(row);

  const batch = ledger.outbox.nextBatch(limits);

  expect(batch).toMatchObject({ epoch: 1, fromSeq: 1 });
  expect(batch?.prevHash).toEqual(Buffer.from(genesisHash));
  expect(batch?.rows).toEqual(rows.map((row) => Buffer.from(encodeRow(row))));
});

test('gives the same batch again until it has a receipt', () => {
  const { outbox, acknowledge } = aFilledLedger(3);

  expect(outbox.nextBatch(limits)).toEqual(outbox.nextBatch(limits));
  expect(outbox.unsent).toBe(3);

  acknowledge(3);
  expect(outbox.nextBatch(limits)).toBeUndefined();
  expect(outbox.unsent).toBe(0);
});

test('cuts batches by rows', () => {
  const { outbox, acknowledge, headAt } = aFilledLedger(5);
  acknowledge(2);

  const batch = outbox.nextBatch({ ...limits, rowsMax: 2 });

  expect(batch).toMatchObject({ fromSeq: 3, prevHash: Buffer.from(headAt(2).hash) });
  expect(batch?.rows.map((row) => decodeRow(row)?.monotonicAt)).toEqual([3, 4]);
});

test('cuts batches by bytes, up to the very byte', () => {
  const { outbox } = aFilledLedger(5);
  const rowBytes = encodeRow(aTapRow({ monotonicAt: 1 })).length;

  const lengths = [2 * rowBytes, 2 * rowBytes + 1, 3 * rowBytes].map(
    (bytesMax) => outbox.nextBatch({ ...limits, bytesMax })?.rows.length,
  );

  expect(lengths).toEqual([2, 2, 3]);
});

test('sends an overlong row alone, so that it does not stand in the way of the others', () => {
  const ledger = aLedger();
  const heads = [
    ...fill(ledger, 1),
    ...fill(ledger, 1, { rulesVersion: 'v'.repeat(9_000) }),
    ...fill(ledger, 1),
  ];

  const places = heads.map((head) => {
    const batch = ledger.outbox.nextBatch({ ...limits, bytesMax: 1_000 });
    ledger.outbox.acknowledge(receiptFor(head), bytes);
    return [batch?.fromSeq, batch?.rows.length];
  });

  expect(places).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
});

test('takes no receipt whose tip is not its own hash', () => {
  const { ledger, outbox, headAt } = aFilledLedger(3);
  const foreign = [
    receiptFor(headAt(2), { tip: headAt(1).hash }),
    receiptFor(headAt(2), { durableSeq: 4 }),
    receiptFor(headAt(2), { epoch: 9 }),
    receiptFor(headAt(3), { tip: new Uint8Array(32) }),
  ];

  const taken = foreign.map((receipt) => outbox.acknowledge(receipt, bytes));

  expect(taken).toEqual([false, false, false, false]);
  expect(placeOf(ledger)).toEqual([1, 1, 3]);
});

test('takes nothing back for a receipt that says less than an earlier one', () => {
  const { ledger, outbox, acknowledge } = aFilledLedger(5);
  acknowledge(4);

  expect(acknowledge(2)).toBe(true);

  expect(placeOf(ledger)).toEqual([1, 5, 1]);
  expect(outbox.unsent).toBe(1);
});

test('sends again from where the backend lacks rows', () => {
  const { ledger, outbox, acknowledge } = aFilledLedger(5);
  acknowledge(5);

  expect(outbox.rewind(1, 3)).toBe(true);

  expect(placeOf(ledger)).toEqual([1, 3, 3]);
  expect(outbox.unsent).toBe(3);
});

test('is not moved forward by a backend that expects rows it was never sent', () => {
  const { ledger, outbox, acknowledge } = aFilledLedger(5);
  acknowledge(2);

  outbox.rewind(1, 5);

  expect(placeOf(ledger)).toEqual([1, 3, 3]);
});

test('cannot send again what it has pruned, nor what it never had', () => {
  const { outbox, acknowledge } = aFilledLedger(5);
  acknowledge(4);
  outbox.prune(always);

  expect(outbox.rewind(1, 4)).toBe(false);
  expect(outbox.rewind(1, 0)).toBe(false);
  expect(outbox.rewind(77, 1)).toBe(false);
  expect(outbox.unsent).toBe(1);
});

test('sends what is left of an old epoch before the new one', () => {
  const { ledger, outbox, acknowledge } = aFilledLedger(2);
  ledger.leaveForkedEpoch();
  fill(ledger, 3);

  const old = placeOf(ledger);
  acknowledge(2);

  expect([old, placeOf(ledger)]).toEqual([
    [1, 1, 2],
    [2, 1, 3],
  ]);
  expect(outbox.unsent).toBe(3);
});

test('prunes nothing without a receipt, nor before its receipt is old enough', () => {
  const { ledger, outbox, acknowledge } = aFilledLedger(4);
  const pruned = [outbox.prune(always)];
  acknowledge(3);

  pruned.push(outbox.prune(never), outbox.prune(someNow), outbox.prune(always));

  expect(pruned).toEqual([0, 0, 0, 3]);
  expect(ledger.audit.entries(10).map(({ seq }) => seq)).toEqual([4]);
});

test('counts retention from the receipt, whatever the clock of the bus showed at the tap', () => {
  const ledger = aLedger();
  const [, , head] = [1_000, 9_999_999_999_999, 5].map((wallAt) =>
    ledger.append(aTapRow({ wallAt })),
  );
  ledger.outbox.acknowledge(receiptFor(head ?? ledger.head), bytes);

  expect(ledger.outbox.prune(never)).toBe(0);
  expect(ledger.outbox.prune(always)).toBe(3);
});

test('counts retention of each row from its own receipt, and anew after a rewind', () => {
  const { outbox, acknowledge } = aFilledLedger(6);
  acknowledge(2, someNow);
  acknowledge(4, someNow + 1_000);
  outbox.rewind(1, 4);
  acknowledge(6, someNow + 2_000);

  const pruned = [500, 1_500, 2_500].map((later) => outbox.prune(someNow + later));

  expect(pruned).toEqual([2, 0, 4]);
});

test('prunes a limited number of rows at once, for a tap waits behind it', () => {
  const { outbox, acknowledge } = aFilledLedger(501);
  acknowledge(501);

  expect([outbox.prune(always), outbox.prune(always), outbox.prune(always)]).toEqual([500, 1, 0]);
});

test('goes on after pruning, in the same chain, over reopening', () => {
  const path = join(aFolder(), 'ledger.db');
  const before = aLedger({ path });
  fill(before, 3);
  before.outbox.acknowledge(receiptFor(before.head), bytes);
  before.outbox.prune(always);
  before.close();

  const ledger = aLedger({ path });
  fill(ledger, 2);

  expect(ledger.head.seq).toBe(5);
  expect(placeOf(ledger)).toEqual([1, 4, 2]);
  expect(ledger.audit.verify()).toEqual({ rows: 2 });
});

test('forgets an accepted token once its time and the retention are over', () => {
  const ledger = aLedger();
  const tokenKey = new Uint8Array(32).fill(1);
  const token = anAcceptedToken({ tokenKey });
  ledger.appendTogether([aTapRow()], token);

  ledger.outbox.prune(someNow);
  const kept = ledger.recall({ tokenKey }, someNow).ridesUsed;
  ledger.outbox.prune(someNow + 1);

  expect(kept).toBe(1);
  expect(ledger.recall({ tokenKey }, someNow).ridesUsed).toBe(0);
});
