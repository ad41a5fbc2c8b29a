/** A repository in a folder: what the backend publishes, or a USB stick at a bus. */
import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../device/message-of.ts';
import { TargetsError } from './targets-fault.ts';
import type { TargetsSource } from './targets-source.ts';

/** Reads nothing before it is asked; the folder may be unplugged at any time. */
export function createFolderSource(folder: string): TargetsSource {
  return {
    async open(shelf, name, signal) {
      const path = join(folder, shelf, name);
      const file = await openFile(path);
      return file && chunksOf(file, path, signal);
    },
  };
}

/** A link or a pipe on somebody's stick is no file: it is not followed and not waited for. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function openFile(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, flags);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw sourceFailed(path, error);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO';
}

const chunkBytes = 64 * 1024;

async function* chunksOf(
  file: FileHandle,
  path: string,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await file.read(new Uint8Array(chunkBytes), 0, chunkBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw sourceFailed(path, error);
  } finally {
    await file.close();
  }
}

function sourceFailed(path: string, error: unknown): TargetsError {
  const hint = 'is the stick still plugged in and readable? nothing was changed; try it again';
  return new TargetsError('targets/source-failed', `${path}: ${messageOf(error)}`, hint, error);
}
