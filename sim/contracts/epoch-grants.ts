/** What every BackendStore keeps to about spare epochs, run against SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import { spareEpochFor } from '../../src/backend/spare-epoch.ts';
import { openEpochGrant, provisionalEpochMin } from '../../src/core/ledger/epoch-grant.ts';
import { someNow } from '../testing/builders.ts';
import { aBatch, batchAfter, someRows, testDevice } from '../testing/ledger-builders.ts';
import { testReceiptKey } from '../testing/test-backend.ts';
import type { StorePlace } from './backend-store.ts';

const none = { usedThrough: 0 };
const provisional = provisionalEpochMin + 17;

export function epochGrantsContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a giver of spare epochs`, () => {
    const aStore = async () => (await makePlace()).open();

    test('gives a device the same spare until it is used, over a restart', async () => {
      const { open } = await makePlace();
      const before = await open();
      const first = await before.grantEpoch(testDevice, none, someNow);
      await before.close();

      const again = await (await open()).grantEpoch(testDevice, none, someNow + 1_000);

      expect(first).toEqual({ device: testDevice, epoch: 1, issuedAt: someNow });
      expect(again).toEqual(first);
    });

    test('grants no number that the device already had, whoever named it', async () => {
      const store = await aStore();
      await store.ingest(aBatch(someRows(1), { epoch: 41 }), someNow);
      await store.ingest(aBatch(someRows(1), { epoch: provisional }), someNow);

      const spare = await store.grantEpoch(testDevice, none, someNow);

      expect(spare).toMatchObject({ epoch: 42 });
    });

    test('counts a spare as used from the first contact of its epoch on', async () => {
      const store = await aStore();
      await store.grantEpoch(testDevice, none, someNow);
      const batch = aBatch(someRows(2), { epoch: 1 });
      await store.ingest(batch, someNow);
      const second = await store.grantEpoch(testDevice, none, someNow);

      await store.ingest(batchAfter(batch, someRows(2)), someNow);
      const third = await store.grantEpoch(testDevice, none, someNow);

      expect(second).toMatchObject({ epoch: 2 });
      expect(third).toEqual(second);
    });

    test('leaves the spare of a device that goes on in an earlier epoch', async () => {
      const store = await aStore();
      const batch = aBatch(someRows(2), { epoch: provisional });
      await store.ingest(batch, someNow);
      const spare = await store.grantEpoch(testDevice, none, someNow);

      await store.ingest(batchAfter(batch, someRows(2)), someNow);

      expect(await store.grantEpoch(testDevice, none, someNow)).toEqual(spare);
    });

    test('believes a device that says it used or gave up its spare', async () => {
      const store = await aStore();
      await store.grantEpoch(testDevice, none, someNow);

      const next = await store.grantEpoch(testDevice, { usedThrough: 1 }, someNow);
      const afterRestore = await store.grantEpoch(testDevice, { usedThrough: 9 }, someNow);

      expect(next).toMatchObject({ epoch: 2 });
      expect(afterRestore).toMatchObject({ epoch: 10 });
    });

    test('counts each device for itself', async () => {
      const store = await aStore();
      await store.grantEpoch(testDevice, none, someNow);
      await store.grantEpoch(testDevice, { usedThrough: 1 }, someNow);

      const other = await store.grantEpoch('bus-2', none, someNow);

      expect(other).toEqual({ device: 'bus-2', epoch: 1, issuedAt: someNow });
    });

    test('gives one spare to a device that asks two backends at once', async () => {
      const { open } = await makePlace();
      const stores = [await open(), await open()];

      const spares = await Promise.all(
        stores.map((store) => store.grantEpoch(testDevice, none, someNow)),
      );

      expect(spares[0]).toMatchObject({ epoch: 1 });
      expect(spares[1]).toEqual(spares[0]);
    });

    test('grants nothing when no number is left, and signs nothing', async () => {
      const store = await aStore();
      await store.ingest(aBatch(someRows(1), { epoch: provisionalEpochMin - 1 }), someNow);

      const deps = { store, receiptKey: testReceiptKey };
      const signed = await spareEpochFor(deps, testDevice, { ...none, at: someNow });

      expect(await store.grantEpoch(testDevice, none, someNow)).toBeUndefined();
      expect(signed).toBeUndefined();
    });

    test('signs the spare for the device', async () => {
      const deps = { store: await aStore(), receiptKey: testReceiptKey };

      const signed = await spareEpochFor(deps, testDevice, { ...none, at: someNow });

      const bytes = new Uint8Array(Buffer.from(signed ?? '', 'base64'));
      expect(openEpochGrant(bytes, testReceiptKey.publicKey)).toEqual({
        ...{ device: testDevice, epoch: 1, issuedAt: someNow },
      });
    });
  });
}
