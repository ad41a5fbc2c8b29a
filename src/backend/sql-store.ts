/** The backend's store on any engine: the scripts of ledger and payments, run on it. */
import { decodeRow, type Row, type RowKind } from '../core/ledger/row.ts';
import { createApiKeys } from './api-keys.ts';
import { createAudit } from './audit.ts';
import { createAuthorisations } from './authorisation-scripts.ts';
import type { BackendStore, DeviceSummary, StoredRow } from './backend-store.ts';
import { createDevicesHealth } from './device-health.ts';
import { createDispatchOrders } from './dispatch-orders.ts';
import { grantEpoch } from './epoch-grant-scripts.ts';
import { createFleetView } from './fleet-view.ts';
import { missingOf } from './gap-scripts.ts';
import { createIdentities } from './identity-scripts.ts';
import { ingestScript } from './ingest-script.ts';
import { openPostgresEngine, type PostgresDeps } from './postgres-engine.ts';
import { createQuarantine } from './quarantine.ts';
import { ask, askOne, type SqlEngine, type SqlScript } from './sql-engine.ts';
import { openSqliteEngine } from './sqlite-engine.ts';

/** @throws StoreError as openDatabase does. */
export function openSqliteStore(path: string): BackendStore {
  return createSqlStore(openSqliteEngine(path));
}

/**
 * @param urls `postgres://…`, one for each server: the one that takes writes is found, now and after
 * a failover. @throws StoreError when there is none.
 */
export async function openPostgresStore(
  deps: PostgresDeps,
  urls: readonly string[],
): Promise<BackendStore> {
  return createSqlStore(await openPostgresEngine(deps, urls));
}

/** Closes the engine with the store. */
function createSqlStore(engine: SqlEngine): BackendStore {
  return {
    ingest: (batch, receivedAt) => engine.transact(() => ingestScript(batch, receivedAt)),
    summary: (device) => engine.transact(() => summaryOf(device)),
    rowsOf: (kinds) => rowsIn(engine, kinds),
    grantEpoch: (device, wanted, at) => engine.transact(() => grantEpoch(device, wanted, at)),
    health: createDevicesHealth(engine),
    authorisations: createAuthorisations(engine),
    fleet: createFleetView(engine),
    orders: createDispatchOrders(engine),
    apiKeys: createApiKeys(engine),
    audit: createAudit(engine),
    quarantine: createQuarantine(engine),
    identities: createIdentities(engine),
    close: () => engine.close(),
  };
}

/** Counted from the rows themselves. */
function* summaryOf(device: string): SqlScript<DeviceSummary> {
  const counts = yield* askOne<Omit<DeviceSummary, 'amounts' | 'forked' | 'missing'>>(
    `select count(*) as rows,
       count(*) filter (where outcome = 'accepted') as accepted,
       count(*) filter (where outcome = 'refused') as refused,
       count(*) filter (where outcome = 'retry') as retries,
       count(*) filter (where kind is null) as undigested
     from tap where device_id = :device`,
    { device },
  );
  const forked = yield* askOne<{ readonly forked: number }>(
    'select count(*) as forked from quarantine where device_id = :device',
    { device },
  );
  const sums = yield* ask<{ readonly currency: string; readonly amount: number }>(
    `select currency, cast(sum(amount) as bigint) as amount from tap
     where device_id = :device and outcome = 'accepted' and currency is not null
     group by currency`,
    { device },
  );
  if (counts === undefined || forked === undefined) throw new Error('a count without a row');
  const amounts = Object.fromEntries(sums.map(({ currency, amount }) => [currency, amount]));
  return { ...counts, ...forked, amounts, missing: yield* missingOf(device) };
}

const pageRows = 1_000;

type Place = Omit<StoredRow<RowKind>, 'row'>;

/** Page by page, so that ingest goes on between them. */
async function* rowsIn<K extends RowKind>(
  { transact }: SqlEngine,
  kinds: readonly K[],
): AsyncGenerator<StoredRow<K>> {
  const quoted = kinds.map((kind) => `'${kind}'`).join(', ');
  let last: Place | undefined = { device: '', epoch: 0, seq: 0 };
  while (last !== undefined) {
    const { device, epoch, seq }: Place = last;
    const page: readonly (Place & { readonly payload: Uint8Array })[] = await transact(() =>
      ask(
        `select device_id as device, epoch, seq, payload from tap
         where kind in (${quoted})
           and (device_id, epoch, seq) > (:device, :epoch, :seq)
         order by device_id, epoch, seq limit ${pageRows}`,
        { device, epoch, seq },
      ),
    );
    for (const { payload, ...place } of page) {
      const row = decodeRow(payload);
      if (row !== undefined && isOf(row, kinds)) yield { ...place, row };
    }
    last = page.at(-1);
  }
}

function isOf<K extends RowKind>(row: Row, kinds: readonly K[]): row is Extract<Row, { kind: K }> {
  const known: readonly RowKind[] = kinds;
  return known.includes(row.kind);
}
