/**
 * Ballast: a file of real bytes beside the ledger, thrown off when the disk is full. On a full disk
 * SQLite can not even checkpoint or delete, for both are written to its log first; the ballast's room
 * lets receipts and pruning through. Knows files and free space, nothing of the ledger.
 */
import { rmSync, type StatsFs, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Entropy } from '../../device/clock.ts';
import { syncPath, writeSynced } from './durable-file.ts';
import { asStoreError, StoreError } from './store-error.ts';

/** A log of 4 MiB, as long as SQLite lets it grow, and as much in the ledger for its checkpoint. */
export const ballastBytes = 8 * 1024 * 1024;

export interface Ballast {
  readonly isHeld: boolean;
  /** For this user, on the file system. @throws StoreError */
  freeBytes(): number;
  /**
   * Only where twice its size is free: afterwards there must be room for the log to grow.
   * @returns whether it is held now. @throws StoreError, but not for want of room
   */
  make(): boolean;
  /** The room is there when it returns. @throws StoreError */
  giveUp(): void;
}

/** @param path the ledger's. `bytes` is for tests on small disks. */
export function createBallast(
  { entropy }: { readonly entropy: Entropy },
  { path: ledger, bytes = ballastBytes }: { readonly path: string; readonly bytes?: number },
): Ballast {
  const path = `${ledger}.ballast`;
  let isHeld = isWhole(path, bytes);

  function write(): boolean {
    try {
      writeSynced(path, { bytes, block: (length) => entropy.bytes(length) });
      return true;
    } catch (error) {
      rmSync(path, { force: true });
      const known = asStoreError(error, path);
      if (known instanceof StoreError && known.code === 'ledger/disk-full') return false;
      throw known;
    }
  }

  return {
    get isHeld() {
      return isHeld;
    },
    freeBytes: () => freeBytesAt(dirname(path)),
    make() {
      if (!isHeld && freeBytesAt(dirname(path)) >= 2 * bytes) isHeld = write();
      return isHeld;
    },
    giveUp() {
      isHeld = false;
      try {
        rmSync(path, { force: true });
        syncPath(dirname(path));
      } catch (error) {
        throw asStoreError(error, path);
      }
    },
  };
}

function freeBytesAt(folder: string): number {
  try {
    const { bavail, bsize }: StatsFs = statfsSync(folder);
    return bavail * bsize;
  } catch (error) {
    throw asStoreError(error, folder);
  }
}

/** A copy of the data folder may have holes instead of bytes, and a power cut a part of it. */
function isWhole(path: string, bytes: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.size === bytes && found.blocks * 512 >= bytes;
}
