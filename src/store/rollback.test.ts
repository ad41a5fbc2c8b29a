/** An update may be taken back: the release before runs on what this one wrote, and this on the next one's. */
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { aFolder, aLedger, fill } from '../../sim/testing/ledger-builders.ts';
import { aRowOfEachKind, someStamp } from '../../sim/testing/row-builders.ts';
import {
  copyStoredLedger,
  storedDeliveries,
  storedLedgerDevice,
  storedReleases,
} from '../../sim/testing/stored-ledgers.ts';
import { aTestBackend, type TestBackend, testReceiptKey } from '../../sim/testing/test-backend.ts';
import { encodeCbor } from '../core/crypto/cbor.ts';
import { rowHash } from '../core/ledger/chain.ts';
import { createSyncLoop } from '../runtime/sync-loop.ts';
import { ledgerMigrations } from './ledger-migrations.ts';
import type { Migration } from './migrations.ts';
import { openDatabase, type SqliteDatabase } from './open-database.ts';
import type { TapLedger } from './tap-ledger.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 30_000 });

/** What a release to come may do: only add. */
const nextMigrations: readonly Migration[] = [
  ...ledgerMigrations,
  {
    name: 'what a release to come adds',
    sql: `
      create table row_signature (
        epoch integer not null references epoch (epoch),
        seq integer not null,
        signed_at integer not null,
        primary key (epoch, seq)
      ) strict, without rowid;
      alter table receipt add column note text;
      alter table accepted_token add column note text;
      alter table past_tap add column weather text not null default 'dry';
      alter table open_intent add column note text;
      create table of_next_year (note text not null) strict;
      insert into of_next_year values ('kept');
    `,
  },
  {
    name: 'and another index',
    sql: 'create index row_by_signing on row_signature (signed_at);',
  },
];

const schemaOf = (database: SqliteDatabase) => database.pragma('user_version', { simple: true });

/** A file as somebody else left it. */
function aLook<T>(path: string, look: (database: SqliteDatabase) => T): T {
  const database = new Database(path);
  try {
    return look(database);
  } finally {
    database.close();
  }
}

/** The next release migrates the file, and appends a row of a kind that is unknown today. */
function runNextRelease(path: string): Uint8Array {
  const database = openDatabase({ path, migrations: nextMigrations, exclusive: true });
  const { epoch } = database.prepare('select epoch from epoch order by ordinal desc').get() as {
    readonly epoch: number;
  };
  const last = database
    .prepare('select seq, hash from row where epoch = ? order by seq desc')
    .get(epoch) as { readonly seq: number; readonly hash: Uint8Array };
  const bytes = encodeCbor(new Map([['kind', 'a kind of next year']]));
  const place = { device: storedLedgerDevice, epoch, seq: last.seq + 1 };
  database
    .prepare('insert into row (epoch, seq, hash, bytes) values (?, ?, ?, ?)')
    .run(epoch, place.seq, rowHash(place, last.hash, bytes), bytes);
  database.prepare('insert into row_signature values (?, ?, 7)').run(epoch, place.seq);
  database.close();
  return bytes;
}

async function drain(ledger: TapLedger, backend: TestBackend) {
  const stamp = () => someStamp;
  const deps = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    report: () => {},
    stamp,
  };
  const loop = createSyncLoop(
    { ...deps, ledger, backend: await backend.client(storedLedgerDevice) },
    {
      ...{ device: storedLedgerDevice, receiptKey: testReceiptKey.publicKey },
      ...{ intervalMs: 1_000, startJitterMs: 0, retentionMs: 1e12 },
    },
  );
  return loop.drain(new AbortController().signal);
}

/** It holds what had been delivered when the release's ledger was stored. */
async function aBackendOf(release: string): Promise<TestBackend> {
  const backend = await aTestBackend();
  for (const batch of storedDeliveries(release)) await backend.store.ingest(batch, 0);
  return backend;
}

function keptRows(ledger: TapLedger): number {
  return ledger.audit.entries(10_000).length;
}

test.each(storedReleases())(
  'goes on with the ledger of release %s, to the last receipt',
  async (release) => {
    const ledger = aLedger({ path: copyStoredLedger(release, aFolder()) });
    const backend = await aBackendOf(release);
    const delivered = (await backend.store.summary(storedLedgerDevice)).rows;
    const { rows: before } = ledger.audit.verify();
    const { unsent } = ledger.outbox;

    for (const row of Object.values(aRowOfEachKind)) ledger.append(row);

    const appended = Object.keys(aRowOfEachKind).length;
    expect(ledger.audit.bootCheck()).toBeUndefined();
    expect(ledger.audit.verify()).toEqual({ rows: before + appended });
    expect(await drain(ledger, backend)).toEqual({ unsent: 0 });
    expect(unsent).toBeGreaterThan(0);
    expect(await backend.store.summary(storedLedgerDevice)).toMatchObject({
      ...{ rows: delivered + unsent + appended, undigested: 0, forked: 0 },
    });
  },
);

test.each(storedReleases())('finds in the ledger of release %s what it remembered', (release) => {
  const path = copyStoredLedger(release, aFolder());
  const keys = aLook(path, (database) => {
    const open = database.prepare('select token_key from open_intent order by epoch, seq').pluck();
    return open.all() as Uint8Array[];
  });
  const ledger = aLedger({ path });

  const tokens = keys.map((tokenKey) => ledger.recall({ tokenKey }, 0));

  expect(tokens.length).toBeGreaterThan(2);
  expect(tokens.every(({ openIntent }) => openIntent !== undefined)).toBe(true);
  expect(tokens.filter(({ taps }) => taps.length > 0).length).toBeGreaterThan(2);
});

test('leaves a ledger that the newest stored release may still open', () => {
  const release = storedReleases().at(-1) ?? '';
  const path = copyStoredLedger(release, aFolder());
  const known = aLook(path, schemaOf);
  aLedger({ path }).close();

  const readableFrom = aLook(path, (database) =>
    database.prepare('select schema from readable_from').pluck().get(),
  );

  expect(readableFrom).toBeLessThanOrEqual(Number(known));
});

test.each([
  ['row', ['epoch', 'seq', 'hash', 'bytes']],
  ['epoch', ['ordinal', 'epoch', 'durable_seq', 'pruned_seq', 'pruned_hash']],
])('keeps the columns of %s, by which a damaged ledger is salvaged', (table, columns) => {
  const ledger = aLedger();
  ledger.close();

  const found = aLook(ledger.path, (database) => database.pragma(`table_info(${table})`));

  expect(found).toEqual(columns.map((name) => expect.objectContaining({ name })));
});

test('runs on the ledger of a release to come, which then goes on with its own', async () => {
  const release = storedReleases().at(-1) ?? '';
  const path = copyStoredLedger(release, aFolder());
  const unknown = runNextRelease(path);
  const backend = await aBackendOf(release);
  const ledger = aLedger({ path });
  const before = keptRows(ledger);

  fill(ledger, 3);
  const token = aLook(copyStoredLedger(release, aFolder()), (database) =>
    database.prepare('select token_key from open_intent order by seq desc').pluck().get(),
  ) as Uint8Array;
  const card = ledger.recall({ tokenKey: token }, 0).openIntent;
  const { head } = ledger;
  const sent = await drain(ledger, backend);
  const verdict = ledger.audit.verify();
  ledger.close();

  expect(card).toBeDefined();
  expect(verdict).toEqual({ rows: before + 3 });
  expect(sent).toEqual({ unsent: 0 });
  expect(await backend.store.summary(storedLedgerDevice)).toMatchObject({ undigested: 1 });
  const next = openDatabase({ path, migrations: nextMigrations, exclusive: true });
  onTestFinished(() => void next.close());
  expect(schemaOf(next)).toBe(nextMigrations.length);
  expect(next.prepare('select note from of_next_year').pluck().all()).toEqual(['kept']);
  const own = next.prepare('select bytes, seq from row natural join row_signature').get();
  expect(own).toEqual({ bytes: Buffer.from(unknown), seq: head.seq - 3 });
  expect(next.prepare('select max(seq) from row where epoch = ?').pluck().get(head.epoch)).toBe(
    head.seq,
  );
});

test('refuses the ledger of a later release that says it cannot be gone back from', () => {
  const path = copyStoredLedger(storedReleases().at(-1) ?? '', aFolder());
  const sql = `update readable_from set schema = ${nextMigrations.length + 1};`;
  const breaking = [...nextMigrations, { name: 'a ledger of another kind', sql }];
  openDatabase({ path, migrations: breaking, exclusive: true }).close();
  const before = aLook(path, (database) => database.serialize());

  expect(() => aLedger({ path })).toThrow(expect.objectContaining({ code: 'ledger/newer-schema' }));

  expect(aLook(path, (database) => database.serialize()).equals(before)).toBe(true);
});
