/** The backend's ledger on SQLite: one file, one writer, every batch one durable transaction. */
import { genesisHash } from '../core/ledger/chain.ts';
import { decodeRow } from '../core/ledger/row.ts';
import { openDatabase, type SqliteDatabase } from '../store/open-database.ts';
import type { UploadRequest } from '../sync/wire.ts';
import { backendMigrations } from './backend-migrations.ts';
import type { BackendStore, IngestResult, StoredCardRow } from './backend-store.ts';
import {
  type ChainedRow,
  emptyLedger,
  type Held,
  type IngestPlan,
  type LedgerTip,
  planIngest,
} from './ingest-plan.ts';
import {
  createAuthorisations,
  createTapMatching,
  type DigestedTap,
} from './sqlite-authorisations.ts';
import { createSummary } from './sqlite-summary.ts';

/** @throws StoreError as openDatabase does. */
export function openSqliteStore(path: string): BackendStore {
  const database = openDatabase({ path, migrations: backendMigrations, exclusive: false });
  const statements = prepare(database);

  const ingest = database.transaction((batch: UploadRequest, receivedAt: number) => {
    const held = heldOf(statements, batch);
    const plan = planIngest(held, batch);
    return carryOut(statements, plan, { batch, receivedAt, held });
  });

  return {
    ingest: async (batch, receivedAt) => ingest.immediate(batch, receivedAt),
    summary: async (device) => createSummary(database, device),
    cardRows: () => cardRowsIn(database),
    authorisations: createAuthorisations(database),
    close: async () => {
      database.close();
    },
  };
}

const pageRows = 1_000;

/** Page by page, so that ingest goes on between them. */
async function* cardRowsIn(database: SqliteDatabase): AsyncGenerator<StoredCardRow> {
  const page = database.prepare(
    `select device_id as device, epoch, seq, payload from tap
     where kind in ('card-intent', 'card-outcome')
       and (device_id, epoch, seq) > (:device, :epoch, :seq)
     order by device_id, epoch, seq limit ${pageRows}`,
  );
  type Stored = Omit<StoredCardRow, 'row'> & { readonly payload: Uint8Array };
  let last: Omit<StoredCardRow, 'row'> | undefined = { device: '', epoch: 0, seq: 0 };
  while (last !== undefined) {
    const { device, epoch, seq } = last;
    const stored = page.all({ device, epoch, seq }) as Stored[];
    for (const { payload, ...place } of stored) {
      const row = decodeRow(payload);
      if (row?.kind === 'card-intent' || row?.kind === 'card-outcome') yield { ...place, row };
    }
    last = stored.at(-1);
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: SqliteDatabase) {
  return {
    taps: createTapMatching(database),
    head: database.prepare(
      'select durable_seq as durableSeq, tip from device_head where device_id = ? and epoch = ?',
    ),
    hashAt: database
      .prepare('select hash from tap where device_id = ? and epoch = ? and seq = ?')
      .pluck(),
    quarantined: database
      .prepare(
        'select 1 from quarantine where device_id = ? and epoch = ? and seq = ? and hash = ?',
      )
      .pluck(),
    addTap: database.prepare(
      `insert into tap (device_id, epoch, seq, hash, payload, received_at,
         kind, outcome, amount, currency)
       values (:device, :epoch, :seq, :hash, :bytes, :receivedAt,
         :kind, :outcome, :amount, :currency)`,
    ),
    setHead: database.prepare(
      `insert into device_head (device_id, epoch, durable_seq, tip, last_seen)
       values (:device, :epoch, :durableSeq, :tip, :receivedAt)
       on conflict (device_id, epoch) do update set
         durable_seq = excluded.durable_seq, tip = excluded.tip, last_seen = excluded.last_seen`,
    ),
    addQuarantine: database.prepare(
      `insert into quarantine (device_id, epoch, seq, hash, prev_hash, payload, seen_at)
       values (:device, :epoch, :seq, :hash, :prevHash, :bytes, :receivedAt)
       on conflict do nothing`,
    ),
  };
}

function heldOf(statements: Statements, { device, epoch }: UploadRequest): Held {
  const ledger = statements.head.get(device, epoch) as LedgerTip | undefined;
  return {
    ledger: ledger ?? emptyLedger,
    hashAt: (seq) =>
      seq === 0
        ? genesisHash
        : (statements.hashAt.get(device, epoch, seq) as Uint8Array | undefined),
    isQuarantined: (seq, hash) =>
      statements.quarantined.get(device, epoch, seq, hash) !== undefined,
  };
}

interface Upload {
  readonly batch: UploadRequest;
  readonly receivedAt: number;
  readonly held: Held;
}

function carryOut(statements: Statements, plan: IngestPlan, upload: Upload): IngestResult {
  switch (plan.action) {
    case 'gap':
      return { kind: 'gap', expectedSeq: plan.expectedSeq };
    case 'append':
      append(statements, plan.rows, upload);
      statements.setHead.run({ ...placeOf(upload), ...plan.ledger });
      return { kind: 'durable', ledger: plan.acknowledged };
    case 'quarantine':
      return quarantine(statements, plan.branch, upload);
  }
}

function placeOf({ batch, receivedAt }: Upload) {
  return { device: batch.device, epoch: batch.epoch, receivedAt };
}

/** The bytes are kept as they came; what this version can read of them is noted beside. */
function append(statements: Statements, rows: readonly ChainedRow[], upload: Upload): void {
  const { device, epoch, receivedAt } = placeOf(upload);
  let newest: DigestedTap | undefined;
  for (const { seq, hash, bytes } of rows) {
    const row = decodeRow(bytes);
    const tap = row?.kind === 'tap' ? row : undefined;
    statements.addTap.run({
      ...placeOf(upload),
      seq,
      hash,
      bytes,
      kind: row?.kind ?? null,
      outcome: tap?.outcome ?? null,
      amount: tap?.amount ?? null,
      currency: tap?.currencyType ?? null,
    });
    if (tap === undefined) continue;
    newest = { epoch, seq, row: tap };
    statements.taps.match(device, newest, receivedAt);
  }
  if (newest !== undefined) statements.taps.closeBefore(device, newest, receivedAt);
}

function quarantine(
  statements: Statements,
  branch: readonly ChainedRow[],
  upload: Upload,
): IngestResult {
  const { batch, held } = upload;
  const skipped = batch.rows.length - branch.length;
  let prevHash = skipped === 0 ? batch.prevHash : held.hashAt(batch.fromSeq + skipped - 1);
  let tip = emptyLedger;
  for (const { seq, hash, bytes } of branch) {
    statements.addQuarantine.run({ ...placeOf(upload), seq, hash, prevHash, bytes });
    prevHash = hash;
    tip = { durableSeq: seq, tip: hash };
  }
  return { kind: 'fork', branch: tip, expectedSeq: held.ledger.durableSeq + 1 };
}
