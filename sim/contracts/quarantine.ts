/** What every BackendStore keeps to about rows in quarantine, on SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import { someNow } from '../testing/builders.ts';
import { aBatch, batchAfter, someRows, testDevice } from '../testing/ledger-builders.ts';
import type { StorePlace } from './backend-store.ts';

const by = { by: 'key:tuti', at: someNow };

/** Three rows, and three others of a copied disk in their place. */
async function fork(store: BackendStore, change: { device?: string; epoch?: number } = {}) {
  const copied = aBatch(someRows(3, { reader: 'copy' }), change);
  await store.ingest(aBatch(someRows(3), change), someNow);
  await store.ingest(copied, someNow + 1);
  return copied;
}

export function quarantineContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a keeper of quarantine`, () => {
    const aStore = async () => (await makePlace()).open();

    test('lists forks by device and epoch, page by page', async () => {
      const store = await aStore();
      await fork(store, { epoch: 2 });
      await fork(store);
      await fork(store, { device: 'another' });

      const [first] = await store.quarantine.forks(1);
      const others = await store.quarantine.forks(9, first);

      expect(first).toMatchObject({ device: 'another' });
      const places = [{ device: testDevice }, { device: testDevice, epoch: 2 }];
      expect(others).toMatchObject(places);
      expect(others[0]).toMatchObject({
        ...{ fromSeq: 1, throughSeq: 3, rows: 3 },
        ...{ firstSeenAt: someNow + 1, lastSeenAt: someNow + 1 },
        ...{ rowsLookedAt: null, lookedAt: null, lookedBy: null, note: null },
      });
    });

    test('gives the rows of two branches page by page, each once, and those of no other', async () => {
      const store = await aStore();
      const { device, epoch, rows } = await fork(store);
      const third = someRows(3, { reader: 'third' });
      await store.ingest(aBatch(third), someNow + 2);
      await fork(store, { epoch: epoch + 1 });

      const had = [...(await store.quarantine.rows({ device, epoch }, 2))];
      while (had.length < 6) {
        const page = await store.quarantine.rows({ device, epoch }, 2, had.at(-1));
        if (page.length === 0) break;
        had.push(...page);
      }

      expect(had.map(({ seq }) => seq)).toEqual([1, 1, 2, 2, 3, 3]);
      const payloads = had.map(({ payload }) => Buffer.from(payload).toString('hex')).sort();
      const sent = [...rows, ...third].map((bytes) => Buffer.from(bytes).toString('hex')).sort();
      expect(payloads).toEqual(sent);
    });

    test('notes who looked together with the audit, and leaves later rows to be looked at', async () => {
      const store = await aStore();
      const copied = await fork(store);

      const marked = await store.quarantine.markLookedAt(copied, { rows: 9, note: 'a copy' }, by);
      await store.ingest(batchAfter(copied, someRows(2)), someNow + 3);

      const look = { rowsLookedAt: 3, lookedAt: someNow, lookedBy: 'key:tuti', note: 'a copy' };
      expect(marked).toBe(true);
      expect(await store.quarantine.forks(9)).toMatchObject([{ ...look, rows: 5 }]);
      expect(await store.audit.entries(9)).toMatchObject([{ ...by, action: 'fork-looked-at' }]);
    });

    test('marks nothing where nothing is in quarantine', async () => {
      const store = await aStore();
      await store.ingest(aBatch(someRows(3)), someNow);

      const ledger = { device: testDevice, epoch: 1 };
      const marked = await store.quarantine.markLookedAt(ledger, { rows: 1, note: 'x' }, by);

      expect(marked).toBe(false);
      expect(await store.audit.entries(9)).toEqual([]);
    });
  });
}
