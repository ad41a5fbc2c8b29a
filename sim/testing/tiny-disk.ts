/** A file system of a few kilobytes that can be filled, and made read-only, without harm to others. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TinyDisk {
  readonly folder: string;
  makeReadOnly(): void;
  makeWritable(): void;
  close(): void;
}

/** Only root may mount, and not in every container. */
export function canMakeTinyDisk(): boolean {
  try {
    createTinyDisk(64 * 1024).close();
    return true;
  } catch {
    // Whatever stands in the way, the answer is no; createTinyDisk itself says what it is.
    return false;
  }
}

/** @throws Error when tmpfs cannot be mounted. */
export function createTinyDisk(bytes: number): TinyDisk {
  const folder = mkdtempSync(join(tmpdir(), 'halte-disk-'));
  const call = (command: string, ...args: string[]) => {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw error ?? new Error(stderr);
  };
  try {
    call('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder);
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    folder,
    makeReadOnly: () => call('mount', '-o', 'remount,ro', folder),
    makeWritable: () => call('mount', '-o', 'remount,rw', folder),
    close() {
      call('umount', '--lazy', folder);
      rmdirSync(folder);
    },
  };
}
