/**
 * The disk as the targets need it: a port of few operations, so that a test can stop after each one,
 * and the one way in which a file is replaced here: write beside, sync, rename, sync the folder.
 */
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../device/message-of.ts';
import { TargetsError } from './targets-fault.ts';

export interface TargetsDisk {
  /** In chunks; undefined when there is no such file. */
  read(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Creates or empties it, writes all and syncs the file; its name is durable after syncFolder. */
  write(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  /** A file that is not there is removed already. */
  remove(path: string): Promise<void>;
  /** Names in a folder; none when there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  makeFolder(path: string): Promise<void>;
}

/** A cut at any moment leaves the old content or the new one. */
export async function replaceFile(
  disk: TargetsDisk,
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const beside = besideOf(path);
  await disk.write(beside, chunks);
  await disk.rename(beside, path);
  await disk.syncFolder(dirname(path));
}

/** Where a file is while it is written; one that is left there was cut off. */
export function besideOf(path: string): string {
  return `${path}.part`;
}

export async function readWhole(
  disk: TargetsDisk,
  path: string,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (await disk.read(path)) ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    held.push(chunk);
  }
  return held.length === 0 ? undefined : new Uint8Array(Buffer.concat(held));
}

export function createTargetsDisk(): TargetsDisk {
  return {
    read: (path) => named(path, async () => chunksOf(await openIfThere(path), path)),
    write: (path, chunks) => writeAll(path, chunks),
    rename: (from, to) => named(to, () => rename(from, to)),
    syncFolder: (path) => named(path, () => syncFolder(path)),
    remove: (path) => named(path, () => rm(path, { force: true })),
    list: (path) => named(path, () => namesIn(path)),
    makeFolder: (path) => named(path, async () => void (await mkdir(path, { recursive: true }))),
  };
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const chunkBytes = 256 * 1024;

/** Undefined at once when there is no file; failures of reading are named as they come. */
function chunksOf(
  file: FileHandle | undefined,
  path: string,
): AsyncIterable<Uint8Array> | undefined {
  return file && readChunks(file, path);
}

async function* readChunks(file: FileHandle, path: string): AsyncIterable<Uint8Array> {
  try {
    for (;;) {
      const chunk = new Uint8Array(chunkBytes);
      const { bytesRead } = await named(path, () => file.read(chunk, 0, chunkBytes));
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** What the chunks' own source throws passes as it is: only the writing is this disk's failure. */
async function writeAll(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const file = await named(path, () => open(path, 'w', 0o644));
  try {
    for await (const chunk of chunks) await named(path, () => writeChunk(file, chunk));
    await named(path, () => file.sync());
  } finally {
    await file.close();
  }
}

async function writeChunk(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    offset += (await file.write(chunk, offset)).bytesWritten;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function named<T>(path: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw diskFailed(path, error);
  }
}

function diskFailed(path: string, error: unknown): TargetsError {
  const what = `${path}: ${messageOf(error)}`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = 'free space on the data partition; what is in force stays in force';
    return new TargetsError('targets/disk-full', what, hint, error);
  }
  const hint = 'check that the folder is there and writable; what is in force stays in force';
  return new TargetsError('targets/storage', what, hint, error);
}
