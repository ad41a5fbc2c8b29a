/** A batch into the backend's ledger, as one transaction: what is held of it, the plan, its execution. */

import { hex } from '../core/bytes.ts';
import { genesisHash } from '../core/ledger/chain.ts';
import { decodeRow } from '../core/ledger/row.ts';
import type { UploadRequest } from '../sync/wire.ts';
import { closeBefore, type DigestedTap, matchTap } from './authorisation-scripts.ts';
import type { IngestResult } from './backend-store.ts';
import { noteEpochBegun } from './epoch-grant-scripts.ts';
import {
  type ChainedRow,
  emptyLedger,
  type Held,
  type IngestPlan,
  type LedgerTip,
  planIngest,
} from './ingest-plan.ts';
import { ask, askOne, type SqlScript } from './sql-engine.ts';

/** @param receivedAt milliseconds since 1970. */
export function* ingestScript(batch: UploadRequest, receivedAt: number): SqlScript<IngestResult> {
  const held = yield* heldOf(batch, receivedAt);
  const plan = planIngest(held, batch);
  return yield* carryOut(plan, { batch, receivedAt, held });
}

function placeOf({ device, epoch }: UploadRequest) {
  return { device, epoch };
}

/** Two processes may hear of a device at once: whoever holds its head goes first. */
function* heldOf(batch: UploadRequest, receivedAt: number): SqlScript<Held> {
  const place = placeOf(batch);
  const { durableSeq, tip } = emptyLedger;
  yield* ask(
    `insert into device_head (device_id, epoch, durable_seq, tip, last_seen)
     values (:device, :epoch, :durableSeq, :tip, :receivedAt) on conflict do nothing`,
    { ...place, durableSeq, tip, receivedAt },
  );
  const ledger = yield* askOne<LedgerTip>(
    `select durable_seq as "durableSeq", tip from device_head
     where device_id = :device and epoch = :epoch for update`,
    place,
  );
  const range = { ...place, from: batch.fromSeq - 1, to: batch.fromSeq + batch.rows.length - 1 };
  const inLedger = yield* ask<SeqAndHash>(
    `select seq, hash from tap
     where device_id = :device and epoch = :epoch and seq between :from and :to`,
    range,
  );
  const before = { ...place, seq: batch.fromSeq - 1 };
  const inQuarantine = yield* ask<SeqAndHash>(
    'select seq, hash from quarantine where device_id = :device and epoch = :epoch and seq = :seq',
    before,
  );
  const hashes = new Map(inLedger.map(({ seq, hash }) => [seq, hash]));
  const quarantined = new Set(inQuarantine.map(({ seq, hash }) => `${seq}/${hex(hash)}`));
  return {
    ledger: ledger ?? emptyLedger,
    hashAt: (seq) => (seq === 0 ? genesisHash : hashes.get(seq)),
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
}

function* carryOut(plan: IngestPlan, upload: Upload): SqlScript<IngestResult> {
  switch (plan.action) {
    case 'gap':
      return { kind: 'gap', expectedSeq: plan.expectedSeq };
    case 'append':
      yield* append(plan.rows, upload);
      if (upload.held.ledger.durableSeq === 0) yield* noteBegun(upload);
      yield* setHead(plan.ledger, upload);
      return { kind: 'durable', ledger: plan.acknowledged };
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
function* append(rows: readonly ChainedRow[], { batch, receivedAt }: Upload): SqlScript<void> {
  if (rows.length === 0) return;
  const { device, epoch } = batch;
  const taps: DigestedTap[] = [];
  const stored = rows.map(({ seq, hash, bytes }) => {
    const row = decodeRow(bytes);
    const tap = row?.kind === 'tap' ? row : undefined;
    if (tap !== undefined) taps.push({ epoch, seq, row: tap });
    return {
      ...{ device_id: device, epoch, seq, hash, payload: bytes, received_at: receivedAt },
      kind: row?.kind ?? null,
      outcome: tap?.outcome ?? null,
      amount: tap?.amount ?? null,
      currency: tap?.currencyType ?? null,
    };
  });
  yield { into: 'tap', rows: stored };
  for (const tap of taps) yield* matchTap(device, tap, receivedAt);
  const newest = taps.at(-1);
  if (newest !== undefined) yield* closeBefore(device, newest, receivedAt);
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
