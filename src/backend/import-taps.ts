/**
 * Taps from a stick into the backend's ledger, by the same idempotent way as uploads: the same file
 * twice is a silent success. What it gives back are the receipts, which the device believes no less
 * for having come by stick.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '../../device/clock.ts';
import { messageOf } from '../../device/message-of.ts';
import type { Ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { bodyBytesMax, type UploadRequest, uploadRequest } from '../sync/wire.ts';
import type { BackendStore } from './backend-store.ts';
import { answerBatch } from './batch-answer.ts';
import type { Opener } from './opening.ts';
import { readBody } from './read-body.ts';
import { type TapFile, TapFileError } from './tap-file-reader.ts';

export interface ImportDeps {
  readonly store: BackendStore;
  readonly clock: Clock;
  /** Opens batches, not secrets: `sealedBatch`. */
  readonly opener: Opener;
  readonly receiptKey: Ed25519PrivateKey;
}

export interface ImportedTaps {
  /** Rows that are durable now, whether they were before or not. */
  readonly rows: number;
  /** Epochs of which rows went into quarantine: they contradict what the backend held. */
  readonly forks: readonly number[];
  /** Epochs whose earlier rows the backend lacks: their rows were not taken. */
  readonly gaps: readonly { readonly epoch: number; readonly expectedSeq: number }[];
  /** Base64, newest last. */
  readonly receipts: readonly string[];
}

/** @param onBatch is told how many are done. @throws TapFileError before anything of a batch is taken. */
export async function importTaps(
  file: TapFile,
  deps: ImportDeps,
  onBatch: (done: number, total: number) => void,
): Promise<ImportedTaps> {
  const { store, clock, receiptKey } = deps;
  const receipts: string[] = [];
  const forks = new Set<number>();
  const gaps = new Map<number, number>();
  let rows = 0;
  let done = 0;
  for await (const sealed of file.sealedBatches()) {
    const batch = await openBatch(sealed, file.device, deps.opener);
    const now = clock.wallNow();
    const result = await store.ingest(batch, now);
    const { body } = answerBatch(result, batch, receiptKey, now);
    if (body.receipt !== undefined) receipts.push(body.receipt);
    if (result.kind === 'gap') gaps.set(batch.epoch, result.expectedSeq);
    else rows += batch.rows.length;
    if (result.kind === 'fork') forks.add(batch.epoch);
    done += 1;
    onBatch(done, file.batches);
  }
  return {
    ...{ rows, receipts, forks: [...forks] },
    gaps: [...gaps].map(([epoch, expectedSeq]) => ({ epoch, expectedSeq })),
  };
}

const decompress = promisify(gunzip);

async function openBatch(
  sealed: Uint8Array,
  device: string,
  opener: Opener,
): Promise<UploadRequest> {
  const opened = opener.open(sealed, device);
  if (!opened.ok) {
    const hint = 'give the sealing key that the device was configured with, or all older ones too';
    throw new TapFileError('not-opened', `a batch cannot be opened (${opened.failure})`, hint);
  }
  const batch = await readBatch(opened.secret.reveal());
  if (batch.device === device) return batch;
  const hint = 'look at the device: it signed for rows that are not its own';
  throw new TapFileError('foreign-device', `a batch is ${batch.device}'s`, hint);
}

async function readBatch(compressed: Uint8Array): Promise<UploadRequest> {
  try {
    const body = await decompress(compressed, { maxOutputLength: bodyBytesMax });
    return readBody({ mediaType: 'application/cbor', schema: uploadRequest }, body);
  } catch (error) {
    const hint = 'its device signed for it: keep the file and report it';
    throw new TapFileError('not-opened', `a batch is not one (${messageOf(error)})`, hint);
  }
}
