import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { apiKeyHash } from '../backend/api-keys.ts';
import { openSqliteStore } from '../backend/sql-store.ts';
import { addKey, listKeys, revokeKey } from './keys.ts';

function anOffice() {
  const file = join(aFolder(), 'backend.db');
  const io = createTestIo();
  const deps = { io, clock: createSystemClock(), entropy: createSimEntropy(1) };
  const options = { db: `sqlite:${file}` };
  const holderOf = async (key: string) => {
    const store = openSqliteStore(file);
    const holder = await store.apiKeys.holderOf(apiKeyHash(key) ?? new Uint8Array(), 0);
    await store.close();
    return holder;
  };
  return { io, deps, options, holderOf };
}

test('makes a key, shows it once, and keeps only what proves it', async () => {
  const { io, deps, options, holderOf } = anOffice();

  await addKey('siti', { ...options, role: 'clerk' }, deps);
  const [key = ''] = io.outs;
  await listKeys(options, deps);

  expect(key).toMatch(/^halte_[A-Za-z0-9_-]{43}$/);
  expect(await holderOf(key)).toEqual({ name: 'siti', role: 'clerk' });
  expect(io.outs.slice(1).join('\n')).toMatch(/siti +clerk +\d{4}-\d\d-\d\d +never +-/);
  expect(io.outs.slice(1).join('\n')).not.toContain(key);
});

test('ends a key, and gives its name to nobody else', async () => {
  const { io, deps, options, holderOf } = anOffice();
  await addKey('siti', { ...options, role: 'clerk' }, deps);
  const [key = ''] = io.outs;

  await revokeKey('siti', options, deps);
  const again = addKey('siti', { ...options, role: 'admin' }, deps);

  await expect(again).rejects.toMatchObject({ code: 'keys/name-taken' });
  expect(await holderOf(key)).toBeUndefined();
  await expect(revokeKey('siti', options, deps)).rejects.toMatchObject({
    code: 'keys/no-such-key',
  });
});

test('makes no database only to look for keys', async () => {
  const { deps, options } = anOffice();

  await expect(listKeys(options, deps)).rejects.toMatchObject({ code: 'taps/no-ledger' });
});
