import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
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
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { openSqliteStore } from './sql-store.ts';

/** Real files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

async function aPlace(): Promise<StorePlace> {
  const path = join(aFolder(), 'backend.db');
  return {
    async open() {
      const store = openSqliteStore(path);
      onTestFinished(() => store.close());
      return store;
    },
    async payloads(table) {
      using raw = asDisposable(new Database(path, { readonly: true }));
      const stored = raw.prepare(`select payload from ${table} order by seq`).pluck().all();
      return (stored as Buffer[]).map((bytes) => new Uint8Array(bytes));
    },
  };
}

function asDisposable(database: Database.Database) {
  return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
}

backendStoreContract('SQLite', aPlace);
authorisationsContract('SQLite', aPlace);
deviceHealthContract('SQLite', aPlace);
epochGrantsContract('SQLite', aPlace);
officeKeysContract('SQLite', aPlace);
fleetViewContract('SQLite', aPlace);
dispatchOrdersContract('SQLite', aPlace);
quarantineContract('SQLite', aPlace);
salvageContract('SQLite', aPlace);
identitiesContract('SQLite', aPlace);

test('is durable itself: it refuses to start where it could not be', () => {
  expect(() => openSqliteStore(':memory:')).toThrow(
    expect.objectContaining({ code: 'ledger/not-durable' }),
  );
});
