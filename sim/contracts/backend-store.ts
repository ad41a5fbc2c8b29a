/** What every BackendStore keeps to, run against SQLite and PostgreSQL. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import { encodeCbor } from '../../src/core/crypto/cbor.ts';
import { encodeRow, type Row, type RowKind } from '../../src/core/ledger/row.ts';
import type { TapLedger } from '../../src/store/tap-ledger.ts';
import { someNow } from '../testing/builders.ts';
import {
  aBatch,
  aFolder,
  aLedger,
  batchAfter,
  fill,
  receiptFor,
  someRows,
  testDevice,
  tipOf,
} from '../testing/ledger-builders.ts';
import { aRowOfEachKind } from '../testing/row-builders.ts';

/** A ledger of a backend; nothing is in it yet. */
export interface StorePlace {
  /** As often as is liked: each is another store on the same ledger, closed when the test ends. */
  open(): Promise<BackendStore>;
  /** As they are stored, in the order of seq. */
  payloads(table: 'tap' | 'quarantine'): Promise<readonly Uint8Array[]>;
}

const batch = aBatch(someRows(3));

/** A device that uploaded two rows, and a copy of its disk: both go on and tap. */
async function aDeviceAndItsCopy(store: BackendStore) {
  const folder = aFolder();
  const before = aLedger({ path: join(folder, 'ledger.db') });
  fill(before, 2);
  await upload(store, before);
  before.outbox.acknowledge(receiptFor(before.head), new Uint8Array());
  before.close();
  copyFileSync(before.path, join(folder, 'copy.db'));
  const device = aLedger({ path: before.path });
  const copy = aLedger({ path: join(folder, 'copy.db') });
  fill(device, 2, { reader: 'device' });
  fill(copy, 3, { reader: 'copy' });
  return { device, copy };
}

async function upload(store: BackendStore, ledger: TapLedger) {
  const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 100_000 });
  if (batch === undefined) throw new Error('there is nothing to upload');
  return store.ingest({ device: testDevice, ...batch }, someNow);
}

export function backendStoreContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a BackendStore`, () => {
    const place = makePlace;
    const aStore = async () => (await place()).open();

    test('keeps a batch durably: another store on the same ledger has it', async () => {
      const { open } = await place();
      const before = await open();
      const result = await before.ingest(batch, someNow);
      await before.close();

      expect(result).toEqual({ kind: 'durable', ledger: { durableSeq: 3, tip: tipOf(batch) } });
      expect(await (await open()).summary(testDevice)).toMatchObject({ rows: 3, accepted: 3 });
    });

    test('takes the same rows again, at any age, as a silent success', async () => {
      const store = await aStore();
      const next = batchAfter(batch, someRows(2));
      await store.ingest(batch, someNow);
      await store.ingest(next, someNow);

      const again = await store.ingest(batch, someNow + 1e10);

      expect(again).toEqual({ kind: 'durable', ledger: { durableSeq: 3, tip: tipOf(batch) } });
      expect(await store.summary(testDevice)).toMatchObject({ rows: 5, forked: 0 });
    });

    test('keeps nothing of rows behind a hole', async () => {
      const store = await aStore();

      const result = await store.ingest(batchAfter(batch, someRows(2)), someNow);

      expect(result).toEqual({ kind: 'gap', expectedSeq: 1 });
      expect(await store.summary(testDevice)).toMatchObject({ rows: 0, forked: 0 });
    });

    test('keeps the bytes as they came, from a device as from its copied disk', async () => {
      const { open, payloads } = await place();
      const store = await open();
      await store.ingest(batch, someNow);
      await store.ingest({ ...batch, rows: someRows(3, { reader: 'copy' }) }, someNow);

      expect(await payloads('tap')).toEqual(batch.rows);
      expect(await payloads('quarantine')).toEqual(someRows(3, { reader: 'copy' }));
    });

    test('quarantines what a copied disk goes on to write, and receipts it', async () => {
      const store = await aStore();
      const { device, copy } = await aDeviceAndItsCopy(store);

      const ours = await upload(store, device);
      const theirs = await upload(store, copy);

      expect(ours).toMatchObject({ kind: 'durable', ledger: { durableSeq: 4 } });
      const branch = { durableSeq: 5, tip: copy.head.hash };
      expect(theirs).toEqual({ kind: 'fork', branch, expectedSeq: 5 });
      expect(await store.summary(testDevice)).toMatchObject({ rows: 4, forked: 3, accepted: 4 });
    });

    test('follows the copy while it goes on in its branch, and counts a repeated row once', async () => {
      const store = await aStore();
      const { device, copy } = await aDeviceAndItsCopy(store);
      await upload(store, device);
      await upload(store, copy);
      const repeated = await upload(store, copy);
      copy.outbox.acknowledge(receiptFor(copy.head, { held: 'quarantine' }), new Uint8Array());

      fill(copy, 2);
      const followed = await upload(store, copy);

      expect(repeated).toMatchObject({ kind: 'fork', branch: { durableSeq: 5 } });
      expect(followed).toMatchObject({
        kind: 'fork',
        branch: { durableSeq: 7, tip: copy.head.hash },
      });
      expect(await store.summary(testDevice)).toMatchObject({ rows: 4, forked: 5 });
    });

    test('adopts an epoch that it never heard of', async () => {
      const store = await aStore();
      await store.ingest(batch, someNow);
      const provisional = aBatch(someRows(2), { epoch: 2 ** 47 + 1 });

      const result = await store.ingest(provisional, someNow);

      expect(result).toMatchObject({ kind: 'durable', ledger: { tip: tipOf(provisional) } });
      expect(await store.summary(testDevice)).toMatchObject({ rows: 5 });
    });

    test('keeps one device apart from another', async () => {
      const store = await aStore();
      await store.ingest(batch, someNow);

      await store.ingest(aBatch(someRows(1), { device: 'bus-2' }), someNow);

      expect(await store.summary('bus-2')).toMatchObject({ rows: 1 });
      expect(await store.summary('bus-3')).toMatchObject({ rows: 0, amounts: {} });
    });

    test('keeps, receipts and counts rows whose bytes it cannot read', async () => {
      const store = await aStore();
      const newer = encodeCbor(new Map([['kind', 'a kind of next year']]));
      const rows = [...someRows(1), newer, new Uint8Array([0xff]), new Uint8Array()];

      const result = await store.ingest(aBatch(rows), someNow);

      expect(result).toMatchObject({ kind: 'durable', ledger: { durableSeq: 4 } });
      expect(await store.summary(testDevice)).toMatchObject({
        rows: 4,
        undigested: 3,
        accepted: 1,
      });
    });

    test('sums up outcomes, and accepted fares by currency', async () => {
      const store = await aStore();
      await store.ingest(
        aBatch([
          ...someRows(2),
          ...someRows(1, { amount: 150, currencyType: 'SGD' }),
          ...someRows(3, { outcome: 'refused', basis: undefined, amount: undefined }),
          ...someRows(1, { outcome: 'retry', basis: undefined, amount: undefined }),
        ]),
        someNow,
      );

      expect(await store.summary(testDevice)).toEqual({
        ...{ rows: 7, accepted: 3, refused: 3, retries: 1, forked: 0, undigested: 0 },
        missing: 0,
        amounts: { IDR: 7_000, SGD: 150 },
      });
    });

    test('keeps rows of every kind, and counts taps alone', async () => {
      const store = await aStore();
      const rows = Object.values(aRowOfEachKind);

      const answer = await store.ingest(aBatch(rows.map(encodeRow)), someNow);

      expect(answer).toMatchObject({ kind: 'durable', ledger: { durableSeq: rows.length } });
      expect(await store.summary(testDevice)).toMatchObject({
        ...{ rows: rows.length, accepted: 1, refused: 0, retries: 0, undigested: 0 },
        amounts: { IDR: 0 },
      });
    });

    test('reads rows of some kinds, of all devices, each ledger in its order', async () => {
      const store = await aStore();
      const rows = Object.values(aRowOfEachKind).map(encodeRow);
      await store.ingest(aBatch(rows, { device: 'bus-2' }), someNow);
      await store.ingest(aBatch(rows), someNow);

      const read = await placesOf(store, ['void', 'cash-fare']);

      const seqOf = (kind: Row['kind']) => Object.keys(aRowOfEachKind).indexOf(kind) + 1;
      expect(read).toEqual(
        [testDevice, 'bus-2'].flatMap((device) => [
          [device, 1, seqOf('cash-fare'), 'cash-fare'],
          [device, 1, seqOf('void'), 'void'],
        ]),
      );
    });

    test('reads rows over many pages, and no row twice', async () => {
      const store = await aStore();
      const count = encodeRow(aRowOfEachKind['rider-count']);
      const counts = Array.from({ length: 1_250 }, () => count);
      await store.ingest(aBatch(counts), someNow);
      await store.ingest(aBatch(counts, { epoch: 2 }), someNow);

      const read = await placesOf(store, ['rider-count']);

      const seqs = counts.map((_, index) => index + 1);
      expect(read.map(([, epoch, seq]) => [epoch, seq])).toEqual(
        [1, 2].flatMap((epoch) => seqs.map((seq) => [epoch, seq])),
      );
    });

    test('reads no row whose bytes it cannot read, and none where nothing is', async () => {
      const store = await aStore();
      await store.ingest(aBatch([new Uint8Array([0xff]), ...someRows(1)]), someNow);

      expect(await placesOf(store, ['void', 'rider-count'])).toEqual([]);
      expect(await placesOf(store, ['tap'])).toEqual([[testDevice, 1, 2, 'tap']]);
    });
  });
}

async function placesOf(store: BackendStore, kinds: readonly RowKind[]) {
  const read: [string, number, number, string][] = [];
  for await (const { device, epoch, seq, row } of store.rowsOf(kinds)) {
    read.push([device, epoch, seq, row.kind]);
  }
  return read;
}
