/**
 * Takes a damaged ledger out of the way, its log with it, and puts a new one in its place, so that a
 * power cut at any moment leaves either the old one, marked, or the new one whole. Knows files only.
 *
 * `ledger.db.damaged` is the mark: it says why and where to. It is written first and removed last.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { replaceFile, syncPath } from './durable-file.ts';
import { StoreError } from './store-error.ts';

export interface DamageMark {
  readonly cause: string;
  /** Relative to the ledger's folder; absent when nobody has begun to set it aside. */
  readonly folder?: string | undefined;
}

/** The log before the file that it belongs to: SQLite must never see one without the other. */
const suffixes = ['-wal', '-shm', ''];

/** For the next start: this ledger is not to be gone on with. */
export function markDamaged(path: string, mark: DamageMark): void {
  replaceFile(`${path}.damaged`, JSON.stringify(mark));
}

export function damageMark(path: string): DamageMark | undefined {
  try {
    const { cause, folder } = JSON.parse(readFileSync(`${path}.damaged`, 'utf8'));
    return { cause: String(cause), folder: typeof folder === 'string' ? folder : undefined };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { cause: 'unknown' };
    throw error;
  }
}

/** Marked, moved and replaced; only the mark was left when the power went. */
export function isReplaced(path: string, { folder }: DamageMark): boolean {
  return folder !== undefined && existsSync(setAsidePath(path, folder)) && existsSync(path);
}

/** @returns where the database now lies. */
export function moveAside(path: string, folder: string): string {
  const place = dirname(setAsidePath(path, folder));
  mkdirSync(place, { recursive: true, mode: 0o700 });
  for (const suffix of suffixes.filter((end) => existsSync(path + end))) {
    renameSync(path + suffix, join(place, basename(path) + suffix));
  }
  for (const changed of [place, dirname(place), dirname(path)]) syncPath(changed);
  return setAsidePath(path, folder);
}

/** @param fresh a closed database. */
export function putInPlace(fresh: string, path: string): void {
  syncPath(fresh);
  renameSync(fresh, path);
  syncPath(dirname(path));
}

export function unmark(path: string): void {
  rmSync(`${path}.damaged`, { force: true });
  syncPath(dirname(path));
}

function setAsidePath(path: string, folder: string): string {
  const place = join(dirname(path), folder);
  if (dirname(dirname(place)) === dirname(path)) return join(place, basename(path));
  const hint = `remove ${basename(path)}.damaged and start again`;
  throw new StoreError('ledger/cannot-open', `${path}.damaged names ${folder}`, hint);
}
