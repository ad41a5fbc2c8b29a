import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aBatch, batchAfter, someRows, tipOf } from '../../sim/testing/ledger-builders.ts';
import { genesisHash } from '../core/ledger/chain.ts';
import type { UploadRequest } from '../sync/wire.ts';
import { type ChainedRow, emptyLedger, type Held, planIngest } from './ingest-plan.ts';

/** A backend in memory that does what the plan says. */
function createHolding() {
  const rows: ChainedRow[] = [];
  const quarantined: ChainedRow[] = [];
  const held = (): Held => {
    const last = rows.at(-1);
    return {
      ledger: last === undefined ? emptyLedger : { durableSeq: last.seq, tip: last.hash },
      hashAt: (seq) => (seq === 0 ? genesisHash : rows[seq - 1]?.hash),
      closedThrough: last?.seq ?? 0,
      previousAt: () => undefined,
      isQuarantined: (seq, hash) => quarantined.some((row) => row.seq === seq && same(row, hash)),
    };
  };
  const ingest = (batch: UploadRequest) => {
    const plan = planIngest(held(), batch);
    if (plan.action === 'append') rows.push(...plan.rows);
    if (plan.action === 'quarantine') quarantined.push(...plan.branch);
    return plan;
  };
  return { ingest, rows, quarantined };
}

const same = (row: ChainedRow, hash: Uint8Array) => Buffer.from(row.hash).equals(hash);

/** Every cut of one ledger: from any seq, so many rows. */
function cut(whole: UploadRequest, fromSeq: number, count: number): UploadRequest {
  const before = { ...whole, rows: whole.rows.slice(0, fromSeq - 1) };
  return batchAfter(before, whole.rows.slice(fromSeq - 1, fromSeq - 1 + count));
}

const ledger = aBatch(someRows(6));
const firstThree = cut(ledger, 1, 3);
/** The same ledger copied after its third row, that went on otherwise. */
const fork = batchAfter(firstThree, someRows(3, { reader: 'clone' }));

test('appends the first batch of a ledger and acknowledges its last row', () => {
  const plan = createHolding().ingest(firstThree);

  const tip = { durableSeq: 3, tip: tipOf(firstThree) };
  expect(plan).toMatchObject({ action: 'append', ledger: tip, acknowledged: tip });
});

test.each([
  ['the same rows again', cut(ledger, 1, 3), 0, 3],
  ['a part of them', cut(ledger, 2, 1), 0, 2],
  ['rows that overlap', cut(ledger, 2, 4), 2, 5],
  ['the rows that follow', cut(ledger, 4, 3), 3, 6],
])(
  'takes %s, appends what is new and names no row beyond the batch',
  (_what, batch, fresh, last) => {
    const { ingest } = createHolding();
    ingest(firstThree);

    const plan = ingest(batch);

    expect(plan).toMatchObject({ action: 'append', acknowledged: { durableSeq: last } });
    expect(plan.action === 'append' && plan.rows.length).toBe(fresh);
  },
);

test.each([
  ['into an empty ledger', [], cut(ledger, 2, 2), 1],
  ['behind a hole', [firstThree], cut(ledger, 5, 2), 4],
  ['of an unknown branch behind a hole', [firstThree], { ...fork, fromSeq: 6 }, 4],
])('answers rows %s with the seq it expects', (_what, before, batch, expectedSeq) => {
  const { ingest } = createHolding();
  for (const earlier of before) ingest(earlier);

  expect(ingest({ ...batch, rows: someRows(1) })).toEqual({ action: 'gap', expectedSeq });
});

test('sets a fork aside from its first other row on', () => {
  const { ingest, rows, quarantined } = createHolding();
  ingest(ledger);

  const plan = ingest({ ...firstThree, rows: [...firstThree.rows, ...fork.rows] });

  expect(plan.action).toBe('quarantine');
  expect(quarantined.map(({ seq }) => seq)).toEqual([4, 5, 6]);
  expect(rows).toHaveLength(6);
});

test('follows a fork that goes on, beyond the end of the ledger', () => {
  const { ingest, quarantined } = createHolding();
  ingest(ledger);
  ingest(fork);

  ingest(batchAfter(fork, someRows(2)));

  expect(quarantined.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8]);
});

test.each([
  ['does not know', { ...fork, prevHash: new Uint8Array(32).fill(1) }],
  ['knows, but not before the first row', { ...firstThree, prevHash: tipOf(firstThree) }],
])('sets rows aside that claim to follow a hash that it %s', (_what, batch) => {
  const { ingest, rows } = createHolding();
  ingest(ledger);

  expect(ingest(batch).action).toBe('quarantine');
  expect(rows).toHaveLength(6);
});

const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })));

test('holds the same rows and no fork, however one ledger is cut, repeated and shuffled', () => {
  fc.assert(
    fc.property(cuts, (pieces) => {
      const { ingest, rows, quarantined } = createHolding();

      for (const [fromSeq, count] of pieces) ingest(cut(ledger, fromSeq, count));
      ingest(ledger);

      expect(rows.map(({ bytes }) => bytes)).toEqual(ledger.rows);
      expect(quarantined).toEqual([]);
    }),
  );
});

test('keeps every row of a ledger and of its forked copy, in whatever order they arrive', () => {
  const original = cut(ledger, 4, 3);
  const order = fc.array(fc.constantFrom('original', 'copy'), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(order, (turns) => {
      const { ingest, rows, quarantined } = createHolding();
      ingest(firstThree);

      for (const turn of turns) ingest(turn === 'original' ? original : fork);
      ingest(original);
      ingest(fork);

      const kept = new Set(
        [...rows, ...quarantined].map(({ bytes }) => Buffer.from(bytes).toString('hex')),
      );
      const all = [...ledger.rows, ...fork.rows].map((bytes) => Buffer.from(bytes).toString('hex'));
      expect(kept).toEqual(new Set(all));
    }),
  );
});
