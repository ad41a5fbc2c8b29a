/**
 * Opens the ledger whatever state its file is in. A damaged one is set aside with its log, and the
 * device goes on at once in a new ledger and a new epoch. Rows that the backend does not hold yet go
 * into the new one under their old epoch, as far as the chain proves them without a hole; the others
 * that can be read are told of by `salvaged` rows, what is missing by `gap` rows.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { genesisHash, rowHash } from '../core/ledger/chain.ts';
import { encodeRow, type Row, type RowStamp } from '../core/ledger/row.ts';
import { ledgerMigrations } from './ledger-migrations.ts';
import { type SalvagedEpoch, salvageEpochs } from './ledger-salvage.ts';
import { copyMemory, removeDatabase } from './memory-salvage.ts';
import { openDatabase, type SqliteDatabase } from './open-database.ts';
import { carveRows } from './row-carver.ts';
import { damageMark, isReplaced, markDamaged, moveAside, putInPlace, unmark } from './set-aside.ts';
import {
  type DatabaseBytes,
  damageOf,
  databaseHeaderBytes,
  logCheckBytesMax,
  sqlitePages,
} from './sqlite-pages.ts';
import { asStoreError, StoreError } from './store-error.ts';
import { type LedgerDeps, openTapLedger, type TapLedger } from './tap-ledger.ts';

/** What became of a damaged ledger: of its unsent rows these many. */
export interface Rescue {
  readonly cause: string;
  /** Where it lies, relative to the new one's folder. */
  readonly folder: string;
  /** Go on under their old epoch. */
  readonly resumed: number;
  /** Told of by rows of the new epoch. */
  readonly stranded: number;
  /** Cannot be read. */
  readonly missing: number;
}

interface RescueDeps extends LedgerDeps {
  readonly stamp: () => RowStamp;
}

interface LedgerPlace {
  readonly path: string;
  readonly device: string;
}

export interface OpenedLedger {
  readonly ledger: TapLedger;
  readonly rescue?: Rescue | undefined;
}

/** @throws StoreError for what the world does: a full, read-only or failing disk, another process. */
export function openLedgerOrRescue(deps: RescueDeps, place: LedgerPlace): OpenedLedger {
  const { path } = place;
  const mark = damageMark(path);
  if (mark !== undefined && isReplaced(path, mark)) unmark(path);
  else if (mark !== undefined) return rescue(deps, place, mark);
  const cause = existsSync(path) ? damageOf(beginningOf(path)) : undefined;
  if (cause !== undefined) return rescue(deps, place, { cause });
  const opened = openSound(deps, place);
  return 'cause' in opened ? rescue(deps, place, opened) : opened;
}

/** Which an open database tells of the world around it: the file may be all right. */
const worldly = new Set<string>([
  ...['ledger/in-use', 'ledger/read-only', 'ledger/disk-full', 'ledger/io'],
  ...['ledger/cannot-open', 'ledger/not-durable', 'ledger/newer-schema'],
]);

function openSound(
  deps: RescueDeps,
  place: LedgerPlace,
): { readonly ledger: TapLedger } | { readonly cause: string } {
  let ledger: TapLedger | undefined;
  try {
    ledger = openTapLedger(deps, place);
    const broken = ledger.audit.bootCheck();
    if (broken === undefined) return { ledger };
    ledger.close();
    return { cause: broken };
  } catch (error) {
    ledger?.close();
    if (isDamage(error, place)) return { cause: (error as Error).message };
    throw error;
  }
}

/** A ledger whose rows are ours is ours, although a damaged name says otherwise. */
function isDamage(error: unknown, { path, device }: LedgerPlace): boolean {
  if (!(error instanceof StoreError)) return error instanceof Database.SqliteError;
  if (error.code !== 'ledger/other-device') return !worldly.has(error.code);
  const epochs = salvageEpochs(carveRows(sqlitePages(bytesOf(path))), [], device);
  return epochs.some(({ rows }) => rows.length > 0);
}

function rescue(
  deps: RescueDeps,
  place: LedgerPlace,
  mark: { readonly cause: string; readonly folder?: string | undefined },
): OpenedLedger {
  const { path, device } = place;
  try {
    const stamp = deps.stamp();
    const folder = mark.folder ?? `set-aside/${epochOf(path)}-${stamp.wallAt}`;
    markDamaged(path, { cause: mark.cause, folder });
    const old = moveAside(path, folder);
    const fresh = `${path}.new`;
    removeDatabase(fresh);
    const report = salvageInto(fresh, old, { deps, device, stamp, cause: mark.cause, folder });
    putInPlace(fresh, path);
    unmark(path);
    return { ledger: openTapLedger(deps, place), rescue: report };
  } catch (error) {
    throw asStoreError(error, path);
  }
}

interface SalvageOptions {
  readonly deps: RescueDeps;
  readonly device: string;
  readonly stamp: RowStamp;
  readonly cause: string;
  readonly folder: string;
}

function salvageInto(fresh: string, old: string, options: SalvageOptions): Rescue {
  const { deps, device, stamp, cause, folder } = options;
  const carved = carveRows(sqlitePages(bytesOf(old)));
  const database = openDatabase({ path: fresh, migrations: ledgerMigrations, exclusive: true });
  try {
    const work = database.transaction(() => {
      const receipts = copyMemory(old, fresh, database);
      const epochs = salvageEpochs(carved, receipts, device);
      database.prepare('insert into identity (only_one, device) values (1, ?)').run(device);
      for (const epoch of epochs) resume(database, epoch);
      const told = { kind: 'set-aside', ...stamp, cause, folder, ...countsOf(epochs) } as const;
      const isKnown = (epoch: number) => epochs.some((known) => known.epoch === epoch);
      const minted = deps.mintEpoch('new');
      const epoch = isKnown(minted) ? deps.mintEpoch('new') : minted;
      tell(database, { device, epoch }, [
        told,
        ...epochs.flatMap((each) => tellingOf(each, stamp)),
      ]);
      return { cause, folder, ...countsOf(epochs) };
    });
    return work.immediate();
  } finally {
    database.close();
  }
}

function countsOf(epochs: readonly SalvagedEpoch[]) {
  const sum = (count: (epoch: SalvagedEpoch) => number) =>
    epochs.reduce((total, epoch) => total + count(epoch), 0);
  return {
    resumed: sum(({ rows }) => rows.length),
    stranded: sum(({ stranded }) => stranded.length),
    missing: sum(({ gaps }) => gaps.reduce((n, gap) => n + gap.through - gap.from + 1, 0)),
  };
}

function resume(database: SqliteDatabase, salvaged: SalvagedEpoch): void {
  const { epoch, durableSeq, durableHash, rows } = salvaged;
  database
    .prepare('insert into epoch (epoch, durable_seq, pruned_seq, pruned_hash) values (?, ?, ?, ?)')
    .run(epoch, durableSeq, durableSeq, durableHash);
  const add = database.prepare('insert into row (epoch, seq, hash, bytes) values (?, ?, ?, ?)');
  for (const { seq, hash, bytes } of rows) add.run(epoch, seq, hash, bytes);
}

function tellingOf({ epoch, stranded, gaps }: SalvagedEpoch, stamp: RowStamp): Row[] {
  return [
    ...gaps.map(({ from, through }) => ({
      ...{ kind: 'gap' as const, ...stamp, cause: 'damaged' },
      ...{ gapEpoch: epoch, fromSeq: from, throughSeq: through },
    })),
    ...stranded.map(({ seq, bytes, hash, previous, isVerified }) => ({
      ...{ kind: 'salvaged' as const, ...stamp, isVerified: +isVerified },
      ...{ salvagedEpoch: epoch, salvagedSeq: seq, row: Uint8Array.from(bytes) },
      salvagedHash: Uint8Array.from(hash),
      salvagedPrevious: previous && Uint8Array.from(previous),
    })),
  ];
}

/** The first rows of the new epoch, which therewith is the ledger's. */
function tell(
  database: SqliteDatabase,
  { device, epoch }: { readonly device: string; readonly epoch: number },
  rows: readonly Row[],
): void {
  database.prepare('insert into epoch (epoch, pruned_hash) values (?, ?)').run(epoch, genesisHash);
  const add = database.prepare('insert into row (epoch, seq, hash, bytes) values (?, ?, ?, ?)');
  let previous = genesisHash;
  for (const [index, row] of rows.entries()) {
    const seq = index + 1;
    const bytes = encodeRow(row);
    previous = rowHash({ device, epoch, seq }, previous, bytes);
    add.run(epoch, seq, previous, bytes);
  }
}

function epochOf(path: string): number | string {
  const { anchors } = carveRows(sqlitePages(bytesOf(path)));
  return anchors.at(-1)?.epoch ?? 'unknown';
}

function bytesOf(path: string): DatabaseBytes {
  const read = (file: string) => (existsSync(file) ? readFileSync(file) : new Uint8Array());
  return { main: read(path), log: read(`${path}-wal`) };
}

/** As much as a start has time for, however large the ledger has grown. */
function beginningOf(path: string): DatabaseBytes {
  return {
    main: firstBytes(path, databaseHeaderBytes),
    log: firstBytes(`${path}-wal`, logCheckBytesMax),
  };
}

function firstBytes(path: string, bytesMax: number): Uint8Array {
  if (!existsSync(path)) return new Uint8Array();
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(bytesMax, fstatSync(file).size));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}
