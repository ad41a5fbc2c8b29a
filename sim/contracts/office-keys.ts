/** What every BackendStore keeps to about keys of the office and the audit, on SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import { apiKeyHash, apiKeyText } from '../../src/backend/api-keys.ts';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import { someNow } from '../testing/builders.ts';
import type { StorePlace } from './backend-store.ts';

const by = { by: 'command', at: someNow };

/** The hash of a key that tells by its number. */
function hashOf(number: number): Uint8Array {
  const hash = apiKeyHash(apiKeyText(new Uint8Array(32).fill(number)));
  if (hash === undefined) throw new Error('a key that is none');
  return hash;
}

export function officeKeysContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a keeper of the office's keys`, () => {
    const aStore = async () => (await makePlace()).open();
    const add = (store: BackendStore, number: number) =>
      store.apiKeys.add({ name: `key-${number}`, role: 'clerk' }, hashOf(number), by);

    test('knows the holder of a key, over a restart, and of no other', async () => {
      const { open } = await makePlace();
      const before = await open();
      await add(before, 1);
      await before.close();

      const { apiKeys } = await open();

      expect(await apiKeys.holderOf(hashOf(1), someNow)).toEqual({ name: 'key-1', role: 'clerk' });
      expect(await apiKeys.holderOf(hashOf(2), someNow)).toBeUndefined();
    });

    test('gives a name once, also after its key was revoked', async () => {
      const store = await aStore();
      await add(store, 1);
      await store.apiKeys.revoke('key-1', by);

      const again = await store.apiKeys.add({ name: 'key-1', role: 'admin' }, hashOf(2), by);

      expect(again).toBe(false);
      expect(await store.apiKeys.holderOf(hashOf(2), someNow)).toBeUndefined();
    });

    test('knows no holder of a revoked key, and revokes a key once', async () => {
      const store = await aStore();
      await add(store, 1);

      const revoked = await store.apiKeys.revoke('key-1', by);
      const again = await store.apiKeys.revoke('key-1', by);

      expect([revoked, again]).toEqual([true, false]);
      expect(await store.apiKeys.holderOf(hashOf(1), someNow)).toBeUndefined();
      expect((await store.apiKeys.list())[0]).toMatchObject({ name: 'key-1', revokedAt: someNow });
    });

    test('tells the day on which a key was last used', async () => {
      const store = await aStore();
      await add(store, 1);
      const never = await store.apiKeys.list();

      await store.apiKeys.holderOf(hashOf(1), someNow);

      expect(never[0]?.lastUsedDay).toBeNull();
      expect((await store.apiKeys.list())[0]?.lastUsedDay).toBe(Math.floor(someNow / 86_400_000));
    });

    test('numbers what was changed without a gap, whoever changes at once, newest first', async () => {
      const { open } = await makePlace();
      const [one, two] = [await open(), await open()];

      await Promise.all([1, 2, 3, 4, 5, 6].map((n) => add(n % 2 === 0 ? one : two, n)));
      await add(one, 1);

      const entries = await two.audit.entries(10);
      expect(entries.map(({ number }) => number)).toEqual([6, 5, 4, 3, 2, 1]);
      expect(entries[0]).toMatchObject({ ...by, action: 'key-added' });
      expect(await one.audit.entries(2, 3)).toHaveLength(2);
    });
  });
}
