/**
 * The ledger against a plain model, for any interleaving of what may happen to it: no row is lost,
 * none is repeated, and what is unsent is always known.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEpochCounter, receiptFor, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aTapRow } from '../../sim/testing/row-builders.ts';
import { encodeRow } from '../core/ledger/row.ts';
import { type LedgerHead, openTapLedger, type TapLedger } from './tap-ledger.ts';

type Step =
  | { readonly act: 'append' | 'start-epoch' | 'reopen' }
  /** A batch reaches the backend; its receipt may get lost on the way back. */
  | { readonly act: 'upload'; readonly rowsMax: number; readonly receiptLost: boolean }
  /** An old receipt comes once more. */
  | { readonly act: 'repeat-receipt' | 'rewind'; readonly pick: number }
  | { readonly act: 'prune'; readonly age: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ act: 'append' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('upload' as const),
      rowsMax: fc.integer({ min: 1, max: 4 }),
      receiptLost: fc.boolean(),
    }),
  },
  fc.record({ act: fc.constantFrom('repeat-receipt', 'rewind'), pick: fc.nat(20) }),
  fc.record({ act: fc.constant('prune' as const), age: fc.nat(10) }),
  fc.record({ act: fc.constantFrom('start-epoch', 'reopen') }),
);

interface ModelEpoch {
  readonly epoch: number;
  /** Every row ever written; the row of seq n stands at n - 1. */
  readonly rows: { readonly head: LedgerHead; readonly bytes: Uint8Array }[];
  durable: number;
  pruned: number;
  receipts: { readonly seq: number; readonly at: number }[];
}

/** A ledger with its model beside it, and a backend that keeps what it is sent. */
function createWorld(path: string) {
  const mintEpoch = createEpochCounter();
  const open = () => openTapLedger({ mintEpoch }, { path, device: testDevice });
  const newEpoch = (): ModelEpoch => {
    return { epoch: ledger.head.epoch, rows: [], durable: 0, pruned: 0, receipts: [] };
  };
  let ledger: TapLedger = open();
  const epochs: ModelEpoch[] = [newEpoch()];
  const backend = new Map<number, Uint8Array[]>();
  let now = 1;
  let written = 0;

  function append(): void {
    written += 1;
    const row = aTapRow({ monotonicAt: written });
    epochs.at(-1)?.rows.push({ head: ledger.append(row), bytes: encodeRow(row) });
  }

  function upload(rowsMax: number, receiptLost: boolean): boolean {
    const batch = ledger.outbox.nextBatch({ rowsMax, bytesMax: 100_000 });
    const epoch = epochs.find((known) => known.epoch === batch?.epoch);
    if (batch === undefined || epoch === undefined) return false;
    expect(batch.fromSeq).toBe(epoch.durable + 1);
    const held = backend.get(epoch.epoch) ?? [];
    backend.set(epoch.epoch, [...held.slice(0, batch.fromSeq - 1), ...batch.rows]);
    if (!receiptLost) acknowledge(epoch, batch.fromSeq - 1 + batch.rows.length);
    return true;
  }

  function acknowledge(epoch: ModelEpoch, seq: number): void {
    const row = epoch.rows[seq - 1];
    if (row === undefined) return;
    const receipt = receiptFor(row.head, { serverTime: now });
    const taken = ledger.outbox.acknowledge(receipt, new Uint8Array());
    expect(taken).toBe(seq >= epoch.pruned);
    epoch.durable = Math.max(epoch.durable, seq);
    const isNew = taken && !epoch.receipts.some((known) => known.seq === seq);
    if (isNew) epoch.receipts.push({ seq, at: now });
  }

  function repeatReceipt(pick: number): void {
    const epoch = epochs[pick % epochs.length];
    if (epoch !== undefined && epoch.durable > 0) acknowledge(epoch, 1 + (pick % epoch.durable));
  }

  function rewind(pick: number): void {
    const epoch = epochs[pick % epochs.length];
    if (epoch === undefined) return;
    const expectedSeq = 1 + (pick % (epoch.durable + 1));
    const isPossible = expectedSeq > epoch.pruned;
    expect(ledger.outbox.rewind(epoch.epoch, expectedSeq)).toBe(isPossible);
    if (!isPossible) return;
    epoch.durable = expectedSeq - 1;
    epoch.receipts = epoch.receipts.filter(({ seq }) => seq < expectedSeq);
  }

  function prune(before: number): void {
    const counts = epochs.map((epoch) => {
      const old = epoch.receipts.filter(({ at }) => at < before).map(({ seq }) => seq);
      const through = Math.max(epoch.pruned, Math.min(epoch.durable, Math.max(0, ...old)));
      const count = through - epoch.pruned;
      epoch.pruned = through;
      if (count > 0) epoch.receipts = epoch.receipts.filter(({ seq }) => seq > through);
      return count;
    });
    expect(ledger.outbox.prune(before)).toBe(counts.reduce((sum, count) => sum + count, 0));
  }

  function startEpoch(): void {
    ledger.leaveForkedEpoch();
    epochs.push(newEpoch());
  }

  function reopen(): void {
    ledger.close();
    ledger = open();
  }

  return {
    take(next: Step): void {
      now += 1;
      if (next.act === 'append') append();
      if (next.act === 'upload') upload(next.rowsMax, next.receiptLost);
      if (next.act === 'repeat-receipt') repeatReceipt(next.pick);
      if (next.act === 'rewind') rewind(next.pick);
      if (next.act === 'prune') prune(now - next.age);
      if (next.act === 'start-epoch') startEpoch();
      if (next.act === 'reopen') reopen();
    },
    check(): void {
      const held = epochs.flatMap(({ epoch, rows, durable, pruned }) =>
        rows.slice(pruned).map(({ head }) => [epoch, head.seq, head.seq <= durable]),
      );
      const entries = ledger.audit.entries(1_000);
      expect(entries.map(({ epoch, seq, sent }) => [epoch, seq, sent])).toEqual(held);
      expect(ledger.audit.verify()).toEqual({ rows: held.length });
      expect(ledger.outbox.unsent).toBe(held.filter(([, , sent]) => sent === false).length);
    },
    /** What the backend must hold when all is sent. */
    drain(): void {
      for (let batches = written; batches > 0 && upload(3, false); batches -= 1);
      const all = epochs.filter(({ rows }) => rows.length > 0);
      expect(ledger.outbox.unsent).toBe(0);
      expect([...backend].toSorted(([a], [b]) => a - b)).toEqual(
        all.map(({ epoch, rows }) => [epoch, rows.map(({ bytes }) => Buffer.from(bytes))]),
      );
    },
    close: () => ledger.close(),
  };
}

test('loses no row and repeats none, whatever happens in between', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'halte-property-'));
      const world = createWorld(join(folder, 'ledger.db'));
      try {
        for (const next of steps) {
          world.take(next);
          world.check();
        }
        world.drain();
      } finally {
        world.close();
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 40 },
  );
});
