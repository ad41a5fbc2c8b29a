/** A batch into the backend's ledger, as one transaction: what is held of it, the plan, its execution. */

import { hex } from '../core/bytes.ts';
import { genesisHash } from '../core/ledger/chain.ts';
import { decodeRow, type Row } from '../core/ledger/row.ts';
import type { UploadRequest } from '../sync/wire.ts';
import { closeBefore, matchTap } from './authorisation-scripts.ts';
import type { IngestResult } from './backend-store.ts';
import { noteEpochBegun } from './epoch-grant-scripts.ts';
import { lostThrough, noteGaps } from './gap-scripts.ts';
import {
  type ChainedRow,
  emptyLedger,
  type Held,
  type IngestPlan,
  type LedgerTip,
  planIngest,
  planSalvaged,
} from './ingest-plan.ts';
import { gapsIn, isProven, type ReadRow, salvageIn } from './salvaged-rows.ts';
import { ask, askOne, type SqlScript } from './sql-engine.ts';

/** @param receivedAt milliseconds since 1970. */
export function* ingestScript(batch: UploadRequest, receivedAt: number): SqlScript<IngestResult> {
  const held = yield* heldOf(batch, receivedAt);
  return yield* carryOut(planIngest(held, batch), { batch, receivedAt, held, isSalvage: false });
}

function placeOf({ device, epoch }: UploadRequest) {
  return { device, epoch };
}

/** Two processes may hear of a device at once: whoever holds its head goes first. */
function* heldOf(batch: UploadRequest, receivedAt: number): SqlScript<Held> {
  const place = placeOf(batch);
  yield* ask(
    `insert into device_head (device_id, epoch, durable_seq, tip, last_seen)
     values (:device, :epoch, :durableSeq, :tip, :receivedAt) on conflict do nothing`,
    { ...place, ...emptyLedger, receivedAt },
  );
  const ledger = yield* askOne<LedgerTip>(
    `select durable_seq as "durableSeq", tip from device_head
     where device_id = :device and epoch = :epoch for update`,
    place,
  );
  const range = { ...place, from: batch.fromSeq - 1, to: batch.fromSeq + batch.rows.length };
  const inLedger = yield* ask<SeqAndHash & { readonly previous: Uint8Array | null }>(
    `select seq, hash, prev_hash as previous from tap
     where device_id = :device and epoch = :epoch and seq between :from and :to`,
    range,
  );
  const before = { ...place, seq: batch.fromSeq - 1 };
  const inQuarantine = yield* ask<SeqAndHash>(
    'select seq, hash from quarantine where device_id = :device and epoch = :epoch and seq = :seq',
    before,
  );
  const durableSeq = ledger?.durableSeq ?? 0;
  const isBehind = batch.fromSeq > durableSeq + 1;
  const closedThrough = isBehind ? yield* lostThrough(place, durableSeq + 1) : durableSeq;
  const hashes = new Map(inLedger.map(({ seq, hash }) => [seq, hash]));
  const previous = new Map(inLedger.map((row) => [row.seq, row.previous ?? undefined]));
  const quarantined = new Set(inQuarantine.map(({ seq, hash }) => `${seq}/${hex(hash)}`));
  return {
    ledger: ledger ?? emptyLedger,
    closedThrough,
    hashAt: (seq) => (seq === 0 ? genesisHash : hashes.get(seq)),
    previousAt: (seq) => previous.get(seq),
    isQuarantined: (seq, hash) => quarantined.has(`${seq}/${hex(hash)}`),
  };
}

interface SeqAndHash {
  readonly seq: number;
  readonly hash: Uint8Array;
}

interface Upload {
  readonly batch: UploadRequest;
  readonly receivedAt: number;
  readonly held: Held;
  /** Rows that another epoch tells of. */
  readonly isSalvage: boolean;
}

function* carryOut(plan: IngestPlan, upload: Upload): SqlScript<IngestResult> {
  switch (plan.action) {
    case 'gap':
      return { kind: 'gap', expectedSeq: plan.expectedSeq };
    case 'append': {
      const read = yield* append(plan.rows, upload);
      if (upload.held.ledger.durableSeq === 0) yield* noteBegun(upload);
      yield* setHead(plan.ledger, upload);
      const forkedEpochs = yield* hearOfOlder(upload, read);
      const contradicted = forkedEpochs.length > 0 ? { forkedEpochs } : {};
      return { kind: 'durable', ledger: plan.acknowledged, ...contradicted };
    }
    case 'quarantine':
      return yield* quarantine(plan.branch, upload);
  }
}

function* noteBegun({ batch: { device, epoch }, receivedAt }: Upload): SqlScript<void> {
  yield* noteEpochBegun(device, epoch, receivedAt);
}

function* setHead({ durableSeq, tip }: LedgerTip, { batch, receivedAt }: Upload): SqlScript<void> {
  yield* ask(
    `update device_head set durable_seq = :durableSeq, tip = :tip, last_seen = :receivedAt
     where device_id = :device and epoch = :epoch`,
    { ...placeOf(batch), durableSeq, tip, receivedAt },
  );
}

/** The bytes are kept as they came; what this version can read of them is noted beside. */
function* append(rows: readonly ChainedRow[], upload: Upload): SqlScript<readonly ReadRow[]> {
  const { batch, receivedAt, isSalvage } = upload;
  if (rows.length === 0) return [];
  const { device, epoch } = batch;
  const isBehindHole = upload.held.hashAt(batch.fromSeq - 1) === undefined;
  const read = rows.map(({ seq, bytes }) => ({ seq, row: decodeRow(bytes) }));
  const stored = rows.map(({ seq, hash, bytes }, index) => ({
    ...{ device_id: device, epoch, seq, hash, payload: bytes, received_at: receivedAt },
    ...digestOf(read[index]?.row),
    ...(isBehindHole && { prev_hash: seq === batch.fromSeq ? batch.prevHash : null }),
  }));
  yield { into: 'tap', rows: stored };
  const taps = read.flatMap(({ seq, row }) => (row?.kind === 'tap' ? [{ epoch, seq, row }] : []));
  for (const tap of taps) yield* matchTap(device, tap, receivedAt);
  const newest = taps.at(-1);
  // Behind a hole a missing tap says nothing: it may be among what was lost.
  if (newest !== undefined && !isSalvage && !isBehindHole)
    yield* closeBefore(device, newest, receivedAt);
  return read;
}

function digestOf(row: Row | undefined) {
  const tap = row?.kind === 'tap' ? row : undefined;
  return {
    kind: row?.kind ?? null,
    outcome: tap?.outcome ?? null,
    amount: tap?.amount ?? null,
    currency: tap?.currencyType ?? null,
  };
}

/** @returns the epochs that what was told contradicts. */
function* hearOfOlder(
  { batch, receivedAt }: Upload,
  read: readonly ReadRow[],
): SqlScript<readonly number[]> {
  const { device, epoch } = batch;
  yield* noteGaps(batch, gapsIn(epoch, read));
  const { runs, unproven } = salvageIn(batch, read);
  const forked: number[] = [];
  for (const run of runs) {
    if (yield* enterSalvaged(run, receivedAt)) forked.push(run.epoch);
  }
  for (const row of unproven) {
    const prevHash = yield* heldHash(device, row.epoch, row.seq - 1);
    if (prevHash === undefined || !isProven(device, row, prevHash)) continue;
    const run = { device, epoch: row.epoch, fromSeq: row.seq, prevHash, rows: [row.bytes] };
    if (yield* enterSalvaged(run, receivedAt)) forked.push(run.epoch);
  }
  return forked;
}

/** As if the device had sent it; what is held already is not held twice. @returns whether it forks. */
function* enterSalvaged(run: UploadRequest, receivedAt: number): SqlScript<boolean> {
  const held = yield* heldOf(run, receivedAt);
  const upload = { batch: run, receivedAt, held, isSalvage: true };
  const result = yield* carryOut(planSalvaged(held, run), upload);
  return result.kind === 'fork';
}

function* heldHash(device: string, epoch: number, seq: number): SqlScript<Uint8Array | undefined> {
  if (seq === 0) return genesisHash;
  const row = yield* askOne<Pick<SeqAndHash, 'hash'>>(
    'select hash from tap where device_id = :device and epoch = :epoch and seq = :seq',
    { device, epoch, seq },
  );
  return row?.hash;
}

function* quarantine(
  branch: readonly ChainedRow[],
  { batch, receivedAt, held }: Upload,
): SqlScript<IngestResult> {
  const skipped = batch.rows.length - branch.length;
  let previous = skipped === 0 ? batch.prevHash : held.hashAt(batch.fromSeq + skipped - 1);
  const rows = branch.map(({ seq, hash, bytes }) => {
    const prevHash = previous ?? genesisHash;
    previous = hash;
    const place = { device_id: batch.device, epoch: batch.epoch, seq };
    return { ...place, hash, prev_hash: prevHash, payload: bytes, seen_at: receivedAt };
  });
  yield { into: 'quarantine', rows, otherwise: 'on conflict do nothing' };
  const last = branch.at(-1);
  const tip = last === undefined ? emptyLedger : { durableSeq: last.seq, tip: last.hash };
  return { kind: 'fork', branch: tip, expectedSeq: held.ledger.durableSeq + 1 };
}
