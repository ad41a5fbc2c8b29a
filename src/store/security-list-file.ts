/**
 * Reads and writes files of security lists piece by piece: what is in memory does not grow with the
 * list. A file appears under its name when it is whole and durable.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asListError, ListError } from './security-list-error.ts';
import {
  compareRecords,
  encodeHeader,
  encodeRecord,
  type ListHeader,
  type ListRecord,
} from './security-list-format.ts';
import { createListParser, type ListFault } from './security-list-parser.ts';

/** Bytes at a time: about two thousand records, a few milliseconds of work. */
const pieceBytes = 64 * 1_024;

/** What one piece of a file gave. Every header comes before the first batch. */
export interface ListBatch {
  readonly header: ListHeader;
  readonly records: readonly ListRecord[];
  /** Digest of the whole file, in the last batch. */
  readonly digest: Uint8Array | undefined;
  readonly bytesRead: number;
  readonly bytesInAll: number;
}

export interface Watching {
  readonly signal?: AbortSignal | undefined;
  /** Called often. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * The batches of a file; between two of them others have their turn. When the last one has come,
 * the file was whole and its digest held. @throws ListError
 */
export async function* listBatches(
  path: string,
  watching: Watching = {},
): AsyncGenerator<ListBatch> {
  const parser = createListParser();
  await using file = await openFile(path);
  const { size: bytesInAll } = await file.stat();
  let bytesRead = 0;
  for await (const piece of piecesOf(file)) {
    if (watching.signal?.aborted === true) throw stopped(path);
    const pushed = parser.push(piece);
    if (!pushed.ok) throw damaged(path, pushed.fault);
    bytesRead += piece.length;
    watching.onProgress?.(bytesRead, bytesInAll);
    const header = parser.header();
    if (header === undefined) continue;
    yield { header, records: pushed.records, digest: parser.digest(), bytesRead, bytesInAll };
  }
  const fault = parser.end();
  if (fault !== undefined) throw damaged(path, fault);
}

/** A fresh buffer each time: records are views of it. */
async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafeSlow(pieceBytes),
      0,
      pieceBytes,
    );
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw asListError(error, path);
  }
}

export function stopped(path: string): ListError {
  return new ListError('lists/stopped', `${path}: stopped`, 'nothing was changed; start it again');
}

function damaged(path: string, { at, detail }: ListFault): ListError {
  const hint = 'fetch or build the file again; nothing was changed';
  return new ListError('lists/damaged', `${path}: byte ${at}: ${detail}`, hint);
}

/** @param records in order, as many as the header says. @returns the file's digest. */
export async function writeListFile(
  path: string,
  { header, records }: { readonly header: ListHeader; readonly records: Iterable<ListRecord> },
  watching: Watching = {},
): Promise<Uint8Array> {
  const part = `${path}.part`;
  try {
    const digest = await writeWhole(part, encodedFile(header, records), {
      ...watching,
      onProgress: (done) => watching.onProgress?.(done, header.delta?.changes ?? header.entries),
    });
    await rename(part, path);
    await syncFolder(dirname(path));
    return digest;
  } catch (error) {
    await rm(part, { force: true });
    throw asListError(error, path);
  }
}

/** Header and records; the order is checked, since a device would refuse another. */
function* encodedFile(header: ListHeader, records: Iterable<ListRecord>): Generator<Buffer> {
  yield encodeHeader(header);
  let before: ListRecord | undefined;
  let count = 0;
  for (const record of records) {
    assert(before === undefined || compareRecords(before, record) < 0, 'records in order');
    yield encodeRecord(record);
    before = record;
    count += 1;
  }
  assert.equal(count, header.delta?.changes ?? header.entries, 'as many records as announced');
}

async function writeWhole(
  path: string,
  encoded: Iterable<Buffer>,
  { signal, onProgress }: Watching,
): Promise<Uint8Array> {
  await using file = await open(path, 'w');
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  let [filled, written] = [0, 0];
  const flush = async () => {
    if (signal?.aborted === true) throw stopped(path);
    hash.update(piece.subarray(0, filled));
    await file.writeFile(piece.subarray(0, filled));
    filled = 0;
    onProgress?.(written, written);
  };
  for (const bytes of encoded) {
    if (filled + bytes.length > piece.length) await flush();
    filled += bytes.copy(piece, filled);
    written += 1;
  }
  await flush();
  const digest = hash.digest();
  await file.writeFile(digest);
  await file.sync();
  return new Uint8Array(digest);
}

/** Makes a new name durable. */
export async function syncFolder(folder: string): Promise<void> {
  await using opened = await open(folder, 'r');
  await opened.sync();
}
