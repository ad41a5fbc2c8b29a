/** What every BackendStore keeps to about dispatchers' orders, on SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import { someNow } from '../testing/builders.ts';
import { aBatch, someRows, testDevice } from '../testing/ledger-builders.ts';
import type { StorePlace } from './backend-store.ts';

const by = { by: 'key:rini', at: someNow };
const trip = { routeId: 'koridor-1', directionId: 0 } as const;

export function dispatchOrdersContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a keeper of dispatchers' orders`, () => {
    const aKnownDevice = async () => {
      const { open } = await makePlace();
      const store = await open();
      await store.ingest(aBatch(someRows(1)), someNow);
      return { store, open };
    };

    test('keeps the latest order of a device, over a restart, each with a name of its own', async () => {
      const { store, open } = await aKnownDevice();
      const first = await store.orders.give(testDevice, trip, by);
      const second = await store.orders.give(testDevice, { routeId: 'koridor-2' }, by);
      await store.close();

      const order = await (await open()).orders.of(testDevice);

      expect(order).toEqual({ id: second, trip: { routeId: 'koridor-2' } });
      expect(first).not.toBe(second);
    });

    test('sends the word that an assignment is taken back as an order, too', async () => {
      const { store } = await aKnownDevice();
      await store.orders.give(testDevice, trip, by);

      const id = await store.orders.give(testDevice, undefined, by);

      expect(await store.orders.of(testDevice)).toEqual({ id });
    });

    test('gives none to a device that it does not know, and has none of its own', async () => {
      const { store } = await aKnownDevice();

      expect(await store.orders.give('bus-99', trip, by)).toBeUndefined();
      expect(await store.orders.of('bus-99')).toBeUndefined();
      expect(await store.audit.entries(9)).toEqual([]);
    });

    test('puts who gave it into the audit', async () => {
      const { store } = await aKnownDevice();

      await store.orders.give(testDevice, trip, by);

      const [entry] = await store.audit.entries(1);
      expect(entry).toMatchObject({ ...by, action: 'assignment-given' });
      expect(entry?.subject).toBe(`${testDevice}: koridor-1 0`);
    });
  });
}
