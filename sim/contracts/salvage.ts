/** What every BackendStore keeps to about rows of damaged ledgers, run against SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import { cardKinds } from '../../src/backend/settle-cards.ts';
import { encodeRow, type Row } from '../../src/core/ledger/row.ts';
import type { UploadRequest } from '../../src/sync/wire.ts';
import { someNow } from '../testing/builders.ts';
import { aBatch, batchAfter, someRows, testDevice, tipOf } from '../testing/ledger-builders.ts';
import { aRowOfEachKind, aTapRow, someStamp } from '../testing/row-builders.ts';
import type { StorePlace } from './backend-store.ts';

const oldEpoch = 2 ** 40;
const newEpoch = 5;
const fare = 3_500;

/** Ten accepted taps of the ledger that was damaged. */
const whole = aBatch(someRows(10), { epoch: oldEpoch });

/** Rows of a ledger as the device uploads them. */
function cut(ledger: UploadRequest, fromSeq: number, throughSeq: number): UploadRequest {
  const before = { ...ledger, rows: ledger.rows.slice(0, fromSeq - 1) };
  return batchAfter(before, ledger.rows.slice(fromSeq - 1, throughSeq));
}

function salvaged(seq: number, change: Partial<Extract<Row, { kind: 'salvaged' }>> = {}): Row {
  return {
    ...{ kind: 'salvaged', ...someStamp, isVerified: 1 },
    ...{ salvagedEpoch: oldEpoch, salvagedSeq: seq, row: whole.rows[seq - 1] ?? whole.rows[0] },
    salvagedPrevious: tipOf(cut(whole, 1, seq - 1)),
    salvagedHash: tipOf(cut(whole, 1, seq)),
    ...change,
  } as Row;
}

/** Readable, and nothing but its own hash that could prove it. */
const unproven = (seq: number) => salvaged(seq, { isVerified: 0, salvagedPrevious: undefined });

const gap = (fromSeq: number, throughSeq: number): Row => ({
  ...{ kind: 'gap', ...someStamp, gapEpoch: oldEpoch, fromSeq, throughSeq, cause: 'damaged' },
});

/** What the device tells in its new epoch. */
const told = (...rows: readonly Row[]) => aBatch(rows.map(encodeRow), { epoch: newEpoch });

async function take(store: BackendStore, ...batches: readonly UploadRequest[]) {
  const results = [];
  for (const batch of batches) results.push(await store.ingest(batch, someNow));
  return results;
}

async function counts(store: BackendStore) {
  const { accepted, amounts, forked, missing } = await store.summary(testDevice);
  return { accepted, amount: amounts.IDR ?? 0, forked, missing };
}

const counted = (accepted: number, rest: { forked?: number; missing?: number } = {}) => ({
  ...{ accepted, amount: accepted * fare, forked: 0, missing: 0 },
  ...rest,
});

export function salvageContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a keeper of salvaged rows`, () => {
    const aStore = async () => (await makePlace()).open();

    test('enters what was salvaged where it stood, once, and knows what is lost', async () => {
      const { open, payloads } = await makePlace();
      const store = await open();
      const telling = told(gap(5, 6), salvaged(7), salvaged(8), salvaged(10), gap(9, 9));

      await take(store, cut(whole, 1, 4), telling, telling);

      expect(await counts(store)).toEqual(counted(7, { missing: 3 }));
      const held = (await payloads('tap')).map((bytes) => Buffer.from(bytes).toString('hex'));
      const entered = [1, 2, 3, 4, 7, 8, 10].map((seq) => whole.rows[seq - 1] ?? whole.rows[0]);
      const rows = [...entered, ...telling.rows].map((row) =>
        Buffer.from(row ?? []).toString('hex'),
      );
      expect(held.sort()).toEqual(rows.sort());
    });

    test('doubles nothing that arrived in its own epoch, before or after', async () => {
      const store = await aStore();

      const results = await take(
        store,
        cut(whole, 1, 6),
        told(salvaged(5), salvaged(6), salvaged(7), salvaged(8)),
        cut(whole, 6, 8),
        cut(whole, 9, 10),
      );

      expect(results.map(({ kind }) => kind)).toEqual(Array(4).fill('durable'));
      expect(await counts(store)).toEqual(counted(10));
    });

    test('fills a hole when the lost rows come after all, and nothing is missing any more', async () => {
      const store = await aStore();
      await take(store, cut(whole, 1, 4), told(gap(5, 6), salvaged(7), salvaged(8)));

      const [late, rest] = await take(store, cut(whole, 5, 7), cut(whole, 8, 10));

      const ledger = { durableSeq: 7, tip: tipOf(cut(whole, 1, 7)) };
      expect(late).toEqual({ kind: 'durable', ledger });
      expect(rest).toMatchObject({ kind: 'durable', ledger: { durableSeq: 10 } });
      expect(await counts(store)).toEqual(counted(10));
    });

    test('quarantines late rows that do not lead up to what was salvaged, all of them', async () => {
      const store = await aStore();
      await take(store, cut(whole, 1, 4), told(gap(5, 6), salvaged(7)));
      const clone = batchAfter(cut(whole, 1, 4), someRows(2, { reader: 'clone' }));

      const [result] = await take(store, clone);

      const branch = { durableSeq: 6, tip: tipOf(clone) };
      expect(result).toEqual({ kind: 'fork', branch, expectedSeq: 8 });
      expect(await counts(store)).toEqual(counted(5, { forked: 2, missing: 2 }));
    });

    test('quarantines late rows that end before a salvaged one which they contradict', async () => {
      const store = await aStore();
      await take(store, cut(whole, 1, 4), told(salvaged(7)));
      const clone = batchAfter(cut(whole, 1, 4), someRows(3, { reader: 'clone' }));

      const [result] = await take(store, clone);

      expect(result).toMatchObject({ kind: 'fork', branch: { durableSeq: 7 } });
      expect(await counts(store)).toEqual(counted(5, { forked: 3 }));
    });

    test('quarantines a salvaged row that contradicts what is held, and receipts its batch', async () => {
      const store = await aStore();
      const other = aBatch(someRows(10, { reader: 'clone' }), { epoch: oldEpoch });

      const [, result] = await take(store, cut(other, 1, 8), told(salvaged(7), salvaged(9)));
      await take(store, told(salvaged(7), salvaged(9)));

      expect(result).toMatchObject({ kind: 'durable', forkedEpochs: [oldEpoch, oldEpoch] });
      expect(await counts(store)).toEqual(counted(8, { forked: 2 }));
    });

    test('goes on in an epoch behind rows that are told to be lost, in the order of seq', async () => {
      const store = await aStore();
      await take(store, cut(whole, 1, 4));
      const [early] = await take(store, cut(whole, 7, 8));

      const results = await take(
        store,
        told(gap(5, 5), gap(6, 6)),
        cut(whole, 7, 8),
        cut(whole, 7, 9),
        cut(whole, 10, 10),
      );

      expect(early).toEqual({ kind: 'gap', expectedSeq: 5 });
      expect(results.map(({ kind }) => kind)).toEqual(Array(4).fill('durable'));
      expect(results.at(-1)).toMatchObject({ ledger: { durableSeq: 10, tip: tipOf(whole) } });
      expect(await counts(store)).toEqual(counted(8, { missing: 2 }));
    });

    test('takes lost rows that come after all, and quarantines others in their place', async () => {
      const store = await aStore();
      await take(store, cut(whole, 1, 4), told(gap(5, 6)), cut(whole, 7, 10));
      const clone = batchAfter(cut(whole, 1, 4), someRows(2, { reader: 'clone' }));

      const [fork] = await take(store, clone);
      const [nowhere] = await take(store, { ...clone, fromSeq: 6, rows: clone.rows.slice(1) });
      const before = await counts(store);
      const [late] = await take(store, cut(whole, 5, 6));

      expect([fork?.kind, nowhere?.kind]).toEqual(['fork', 'fork']);
      expect(before).toEqual(counted(8, { forked: 3, missing: 2 }));
      expect(late).toMatchObject({ kind: 'durable', ledger: { durableSeq: 6 } });
      expect(await counts(store)).toEqual(counted(10, { forked: 3 }));
    });

    test.each([
      ['ends before', gap(5, 5)],
      ['begins behind', gap(6, 6)],
    ])('asks for what is missing where the told gap %s it', async (_, row) => {
      const store = await aStore();

      const results = await take(store, cut(whole, 1, 4), told(row), cut(whole, 7, 10));

      expect(results.at(-1)).toEqual({ kind: 'gap', expectedSeq: 5 });
      expect(await counts(store)).toEqual(counted(4, { missing: 1 }));
    });

    test.each([
      ['nobody verified', unproven(7)],
      [
        'whose bytes are others than its hash says',
        salvaged(7, { row: someRows(2)[1] ?? new Uint8Array() }),
      ],
      ['whose place is another', salvaged(7, { salvagedSeq: 8 })],
      ['that tells no hash', salvaged(7, { salvagedHash: undefined })],
      ['that tells a short hash', salvaged(7, { salvagedHash: new Uint8Array(31) })],
      ['after a hash that is none', salvaged(7, { salvagedPrevious: new Uint8Array(31) })],
      ['of its own epoch', salvaged(7, { salvagedEpoch: newEpoch })],
      ['at no place', salvaged(7, { salvagedSeq: 0 })],
      ['in no epoch', salvaged(7, { salvagedEpoch: -1 })],
    ])('keeps and does not count a row %s', async (_, row) => {
      const store = await aStore();

      const [, result] = await take(store, cut(whole, 1, 4), told(row));

      expect(result).toMatchObject({ kind: 'durable', ledger: { durableSeq: 1 } });
      expect(await counts(store)).toEqual(counted(4));
    });

    test('counts what nobody verified where it follows the row that is held before it', async () => {
      const store = await aStore();

      await take(store, cut(whole, 1, 4), told(unproven(5), salvaged(6), unproven(4)));

      expect(await counts(store)).toEqual(counted(6));
    });

    test('takes salvaged rows from the first one on, of an epoch that it never heard of', async () => {
      const store = await aStore();

      await take(store, told(salvaged(1), salvaged(2), unproven(3)), cut(whole, 1, 10));

      expect(await counts(store)).toEqual(counted(10));
    });

    test('unwraps what was wrapped twice: a ledger was damaged before it had told all', async () => {
      const store = await aStore();
      const first = aBatch([gap(5, 6), salvaged(7)].map(encodeRow), { epoch: 3 });
      const again: Row = {
        ...{ kind: 'salvaged', ...someStamp, isVerified: 1, salvagedEpoch: 3, salvagedSeq: 2 },
        ...{ row: first.rows[1] ?? new Uint8Array(), salvagedHash: tipOf(first) },
        salvagedPrevious: tipOf({ ...first, rows: first.rows.slice(0, 1) }),
      };

      await take(store, cut(whole, 1, 4), told(again), first);

      expect(await counts(store)).toEqual(counted(5, { missing: 2 }));
    });

    test('counts each lost row once, however often and in what parts it is told of', async () => {
      const store = await aStore();

      await take(store, told(gap(5, 7), gap(5, 7), gap(6, 9), gap(2, 2)));
      await take(store, aBatch([gap(5, 7)].map(encodeRow), { epoch: newEpoch + 1 }));

      expect(await counts(store)).toEqual(counted(0, { missing: 6 }));
    });

    test('makes nothing of a gap that names no place', async () => {
      const store = await aStore();
      const strange = [gap(7, 5), gap(0, 3), gap(-4, -2), { ...gap(1, 2), gapEpoch: 0 } as Row];

      const [result] = await take(store, told(...strange));

      expect(result).toMatchObject({ kind: 'durable', ledger: { durableSeq: 4 } });
      expect(await counts(store)).toEqual(counted(0));
    });

    test('keeps the payment of a salvaged tap, and takes back none for a hole before it', async () => {
      const store = await aStore();
      const reference = new Uint8Array(16).fill(7);
      const lost = new Uint8Array(16).fill(8);
      const { tokenKey = new Uint8Array() } = aTapRow();
      const place = { epoch: oldEpoch, bootId: someStamp.bootId, monotonicAt: 1 };
      for (const [seq, each] of [lost, reference].entries()) {
        const payment = {
          ...{ device: testDevice, reference: each, format: 'qris-cpm', tokenKey, product: 'umum' },
          ...{ amount: fare, currency: 'IDR', deadlineMs: 1_000, ...place, seq: seq + 1 },
        };
        await store.authorisations.request(payment, someNow);
        await store.authorisations.settle(payment, 'approved', someNow);
      }
      const tap = encodeRow(
        aTapRow({ basis: 'authorised', authorisation: reference, monotonicAt: 900_000 }),
      );
      const ledger = { ...whole, rows: [...whole.rows.slice(0, 1), tap] };
      const row = salvaged(2, { row: tap, salvagedHash: tipOf(ledger) });

      await take(store, told(gap(1, 1), row));

      expect(await store.authorisations.toVoid(10, someNow)).toEqual([]);
      const found = await store.authorisations.discrepancies(someNow + 1, someNow);
      expect(found).toEqual([
        { device: testDevice, reference: expect.anything(), kind: 'without-tap' },
      ]);
      expect([...(found[0]?.reference ?? [])]).toEqual([...lost]);
    });

    test('shows a card debit that was salvaged with its outcome', async () => {
      const store = await aStore();
      const intent = encodeRow({ ...aRowOfEachKind['card-intent'], fareAction: 'single' });
      const ledger = { ...whole, rows: [...whole.rows.slice(0, 6), intent] };

      await take(store, told(gap(1, 6), salvaged(7, { row: intent, salvagedHash: tipOf(ledger) })));

      const rows = [];
      for await (const { epoch, seq, row } of store.rowsOf(cardKinds))
        rows.push([epoch, seq, row.kind]);
      expect(rows).toEqual([[oldEpoch, 7, 'card-intent']]);
    });

    test('takes the same telling from a device that speaks to two backends at once', async () => {
      const { open } = await makePlace();
      const [one, other] = [await open(), await open()];
      await take(one, cut(whole, 1, 4));
      const telling = told(gap(5, 6), salvaged(7), salvaged(8), salvaged(9));

      await Promise.all([
        ...[one, other].map((store) => store.ingest(telling, someNow)),
        other.ingest(cut(whole, 3, 4), someNow),
      ]);

      expect(await counts(other)).toEqual(counted(7, { missing: 2 }));
    });
  });
}
