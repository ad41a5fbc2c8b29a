/** What every BackendStore keeps to when the office looks at the fleet, on SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import { someNow } from '../testing/builders.ts';
import { aBatch, batchAfter, someRows, testDevice } from '../testing/ledger-builders.ts';
import type { StorePlace } from './backend-store.ts';

export function fleetViewContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as the office looks at the fleet`, () => {
    const aStore = async () => (await makePlace()).open();

    test('counts the rows of all epochs of each device, page by page', async () => {
      const store = await aStore();
      await store.ingest(aBatch(someRows(3)), someNow);
      await store.ingest(aBatch(someRows(2), { epoch: 7 }), someNow + 5);
      await store.ingest(aBatch(someRows(1), { device: 'bus-2' }), someNow);

      const first = await store.fleet.devices(1);
      const rest = await store.fleet.devices(9, testDevice);

      const counted = { epochs: 2, rows: 5, lastSeen: someNow + 5, health: null, alarms: [] };
      expect(first).toEqual([{ device: testDevice, ...counted }]);
      expect(rest).toMatchObject([{ device: 'bus-2', epochs: 1, rows: 1 }]);
    });

    test('names the rows that it cannot read, wherever they stand, with their bytes', async () => {
      const store = await aStore();
      const odd = new Uint8Array([0xff, 0x01]);
      const batch = aBatch([odd, ...someRows(2), odd]);
      await store.ingest(batch, someNow);
      await store.ingest(batchAfter(batch, [odd]), someNow);

      const page = await store.fleet.undigested(2);
      const rest = await store.fleet.undigested(9, page.at(-1));

      expect([...page, ...rest].map(({ seq }) => seq)).toEqual([1, 4, 5]);
      expect(page[0]).toEqual({ device: testDevice, epoch: 1, seq: 1, payload: expect.anything() });
      expect([...(page[0]?.payload ?? [])]).toEqual([...odd]);
    });
  });
}
