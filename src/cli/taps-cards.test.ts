import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { someNow } from '../../sim/testing/builders.ts';
import { aCardBus, cardSealingSeed } from '../../sim/testing/card-bus.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { aTransitCard, testKeyFile } from '../../sim/testing/transit-cards.ts';
import { openSqliteStore } from '../backend/sql-store.ts';
import { hex } from '../core/bytes.ts';
import { settleTaps } from './taps-cards.ts';

vi.setConfig({ testTimeout: 10_000 });

/** One bus on which a card was torn off at the commit, and another where it paid again. */
async function aBackendLedger() {
  const folder = aFolder();
  const clock = createSimClock({ wall: someNow });
  const [first, second] = [aCardBus('bus-1', clock), aCardBus('bus-2', clock)];
  const card = await aTransitCard();
  await first.hold(card, { answered: 12, heard: true });
  await second.hold(card);
  const path = join(folder, 'backend.db');
  const store = openSqliteStore(path);
  for (const { device, ledger } of [first, second]) {
    const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 200_000 });
    if (batch !== undefined) await store.ingest({ device, ...batch }, someNow);
  }
  await store.close();
  return { folder, db: `sqlite:${path}` };
}

function secretFile(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

test('tells the office what became of every debit, and what to give back', async () => {
  const { folder, db } = await aBackendLedger();
  const sealingKey = [secretFile(folder, 'sealing.key', `${hex(cardSealingSeed)}\n`)];
  const cardKeys = secretFile(folder, 'cards.json', JSON.stringify(testKeyFile));
  const io = createTestIo();

  expect(await settleTaps({ db, sealingKey, cardKeys }, io)).toBe(0);

  expect(io.outs[1]).toMatch(/bus-1 .* 3500 +committed +card +3500$/);
  expect(io.outs[2]).toMatch(/bus-2 .* 3500 +committed +card +-$/);
  expect(io.outs[3]).toContain('2 debits: 2 committed, 0 not');
  expect(io.outs[3]).toContain('1 to give back, 3500 in all');
});

test('ends with 1 when cards prove something else, as with keys of other cards', async () => {
  const { folder, db } = await aBackendLedger();
  const sealingKey = [secretFile(folder, 'sealing.key', hex(cardSealingSeed))];
  const keys = testKeyFile.keys.map((entry) => ({ ...entry, key: 'f'.repeat(32) }));
  const cardKeys = secretFile(folder, 'cards.json', JSON.stringify({ keys }));
  const io = createTestIo();

  expect(await settleTaps({ db, sealingKey, cardKeys, json: true }, io)).toBe(1);

  expect(io.errs.some((line) => line.startsWith('taps/wrong-proof: 1 debit'))).toBe(true);
});

test.each([
  ['a ledger that is not there', { db: 'sqlite:/nowhere/halte.db' }, 'taps/no-ledger'],
  ['one key of the two', { db: 'sqlite:x', cardKeys: 'x' }, 'taps/keys-missing'],
])('refuses %s', async (_, options, code) => {
  await expect(settleTaps(options, createTestIo())).rejects.toMatchObject({ code });
});

test('refuses a sealing key that others may read, and one that is none', async () => {
  const folder = aFolder();
  const cardKeys = secretFile(folder, 'cards.json', JSON.stringify(testKeyFile));
  const file = secretFile(folder, 'sealing.key', 'no key');
  const options = { db: 'sqlite:x', sealingKey: [file], cardKeys };

  await expect(settleTaps(options, createTestIo())).rejects.toMatchObject({
    code: 'taps/bad-sealing-key',
  });
  chmodSync(file, 0o644);
  await expect(settleTaps(options, createTestIo())).rejects.toThrow(/open to others/);
});
