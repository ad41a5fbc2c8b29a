/** The store on real PostgreSQL servers: one for the contract, a pair for what happens at a failover. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { authorisationsContract } from '../../sim/contracts/authorisations.ts';
import { backendStoreContract, type StorePlace } from '../../sim/contracts/backend-store.ts';
import { deviceHealthContract } from '../../sim/contracts/device-health.ts';
import { identitiesContract } from '../../sim/contracts/device-identities.ts';
import { dispatchOrdersContract } from '../../sim/contracts/dispatch-orders.ts';
import { epochGrantsContract } from '../../sim/contracts/epoch-grants.ts';
import { fleetViewContract } from '../../sim/contracts/fleet-view.ts';
import { officeKeysContract } from '../../sim/contracts/office-keys.ts';
import { quarantineContract } from '../../sim/contracts/quarantine.ts';
import { salvageContract } from '../../sim/contracts/salvage.ts';
import { noPostgres, type PostgresServer, startPostgres } from '../../sim/postgres-server.ts';
import { someNow } from '../../sim/testing/builders.ts';
import { aBatch, batchAfter, someRows, testDevice } from '../../sim/testing/ledger-builders.ts';
import type { BackendStore } from './backend-store.ts';
import { openPostgresStore } from './sql-store.ts';

/** Real servers: a busy machine needs its time. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const missing = noPostgres();
if (missing !== undefined) process.stderr.write(`tests on PostgreSQL are skipped: ${missing}\n`);

const deps = { clock: createSystemClock(), random: createSystemRandom() };

function aServer(): () => PostgresServer {
  const place = mkdtempSync(join(tmpdir(), 'halte-postgres-'));
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres(place);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    rmSync(place, { recursive: true, force: true });
  });
  return () => {
    if (server === undefined) throw new Error('the server did not start');
    return server;
  };
}

async function storeAt(...urls: readonly string[]): Promise<BackendStore> {
  const store = await openPostgresStore(deps, urls);
  onTestFinished(() => store.close());
  return store;
}

describe.skipIf(missing !== undefined)('on one server', () => {
  const server = aServer();
  let databases = 0;

  /** A database of its own. */
  async function aPlace(): Promise<StorePlace> {
    databases += 1;
    const name = `halte_${databases}`;
    await server().ask(`create database ${name}`);
    const url = server().url.replace(/halte$/, name);
    return {
      open: () => storeAt(url),
      async payloads(table) {
        const client = new pg.Client(url);
        await client.connect();
        const { rows } = await client.query(`select payload from ${table} order by seq`);
        await client.end();
        return rows.map(({ payload }) => new Uint8Array(payload));
      },
    };
  }

  backendStoreContract('PostgreSQL', aPlace);
  authorisationsContract('PostgreSQL', aPlace);
  deviceHealthContract('PostgreSQL', aPlace);
  epochGrantsContract('PostgreSQL', aPlace);
  officeKeysContract('PostgreSQL', aPlace);
  fleetViewContract('PostgreSQL', aPlace);
  dispatchOrdersContract('PostgreSQL', aPlace);
  quarantineContract('PostgreSQL', aPlace);
  salvageContract('PostgreSQL', aPlace);
  identitiesContract('PostgreSQL', aPlace);

  test('takes one batch once from two backends at the same time', async () => {
    const { open } = await aPlace();
    const [one, other] = [await open(), await open()];
    const batches = [aBatch(someRows(50))];
    for (let index = 0; index < 5; index += 1) {
      batches.push(batchAfter(batches.at(-1) ?? aBatch(someRows(1)), someRows(50)));
    }

    for (const batch of batches) {
      const both = [one, other].map((store) => store.ingest(batch, someNow));
      const results = await Promise.all(both);
      expect(results[0]).toEqual(results[1]);
    }

    expect(await one.summary(testDevice)).toMatchObject({ rows: 300, forked: 0 });
  });

  test('is migrated once by backends that start at the same time', async () => {
    const { open } = await aPlace();

    const stores = await Promise.all([open(), open(), open()]);

    expect(await stores[2]?.summary(testDevice)).toMatchObject({ rows: 0 });
  });

  test.each([
    ["alter database {} set synchronous_commit = 'off'", 'synchronous_commit is off'],
    ['create table halte_schema (version bigint, name text)', undefined],
  ])('refuses a database that would not keep its promises: %s', async (sql, complaint) => {
    databases += 1;
    const name = `halte_${databases}`;
    await server().ask(`create database ${name}`);
    const url = server().url.replace(/halte$/, name);
    const client = new pg.Client(url);
    await client.connect();
    await client.query(sql.replace('{}', name));
    if (complaint === undefined) await client.query("insert into halte_schema values (99, 'x')");
    await client.end();

    const code = complaint === undefined ? 'ledger/newer-schema' : 'ledger/cannot-open';
    await expect(storeAt(url)).rejects.toMatchObject({ code });
  });
});

describe.skipIf(missing !== undefined)('on a primary with a standby', () => {
  const primary = aServer();

  test('loses no acknowledged row when the primary dies in mid-ingest and the standby takes over', async () => {
    await using standby = await primary().addStandby();
    const store = await storeAt(primary().url, standby.url);
    const other = await storeAt(standby.url, primary().url);
    const rowsEach = 20;
    const devices = ['bus-1', 'bus-2', 'bus-3', 'bus-4'];
    const acknowledged = new Map<string, number>();
    let isOver = false;
    const uploading = devices.map(async (device, index) => {
      let batch = aBatch(someRows(rowsEach), { device });
      while (!isOver) {
        const result = await (index % 2 === 0 ? store : other).ingest(batch, someNow);
        if (result.kind !== 'durable') throw new Error(`a batch came back as ${result.kind}`);
        acknowledged.set(device, result.ledger.durableSeq);
        batch = batchAfter(batch, someRows(rowsEach));
      }
    });
    await deps.clock.sleep(500);
    const before = new Map(acknowledged);

    await primary().kill();
    await standby.ask('select pg_promote()');
    await deps.clock.sleep(1_500);
    isOver = true;
    await Promise.all(uploading);

    for (const device of devices) {
      const { rows, forked } = await store.summary(device);
      expect(rows).toBe(acknowledged.get(device));
      expect(rows).toBeGreaterThan(before.get(device) ?? 0);
      expect(forked).toBe(0);
    }
  });
});
