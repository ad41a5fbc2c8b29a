/** Everything that can go wrong with the ledger's file, with what to do about it. */

export type StoreErrorCode =
  | 'ledger/in-use'
  | 'ledger/read-only'
  | 'ledger/not-durable'
  | 'ledger/newer-schema'
  | 'ledger/other-device'
  | 'ledger/disk-full'
  | 'ledger/disk-low'
  | 'ledger/io'
  | 'ledger/corrupt'
  | 'ledger/cannot-open';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly hint: string;

  constructor(code: StoreErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
    this.code = code;
    this.hint = hint;
  }
}

interface Meaning {
  readonly prefix: string;
  readonly code: StoreErrorCode;
  readonly hint: string;
}

/** SQLite's result codes (sqlite.org/rescode.html) and the system's, by the beginning of their names. */
const meanings: readonly Meaning[] = [
  {
    prefix: 'SQLITE_BUSY',
    code: 'ledger/in-use',
    hint: 'a validator is running on it; ask that one through its control socket, or stop it',
  },
  ...['SQLITE_READONLY', 'EROFS', 'EACCES'].map((prefix) => ({
    prefix,
    code: 'ledger/read-only' as const,
    hint: 'make the data folder writable for this user (chown, or remount read-write)',
  })),
  ...['SQLITE_FULL', 'ENOSPC'].map((prefix) => ({
    prefix,
    code: 'ledger/disk-full' as const,
    hint: 'free space on the data partition; nothing recorded was lost',
  })),
  {
    prefix: 'SQLITE_IOERR',
    code: 'ledger/io',
    hint: 'the storage failed; restart the validator, and replace the medium if it happens again',
  },
  {
    prefix: 'SQLITE_CORRUPT',
    code: 'ledger/corrupt',
    hint: 'keep the files: a validator that is started sets them aside and salvages them; see docs/ledger.md',
  },
  {
    prefix: 'SQLITE_NOTADB',
    code: 'ledger/corrupt',
    hint: 'the file is no ledger; check dataDir in the configuration',
  },
  ...['SQLITE_CANTOPEN', 'ENOENT', 'ENOTDIR'].map((prefix) => ({
    prefix,
    code: 'ledger/cannot-open' as const,
    hint: 'check that the data folder exists and that this user may write to it',
  })),
];

/** Names what SQLite or the system reported; anything else passes as it is, for it is our own bug. */
export function asStoreError(error: unknown, path: string): unknown {
  const sqliteCode = (error as { code?: unknown } | null)?.code;
  if (typeof sqliteCode !== 'string') return error;
  const meaning = meanings.find(({ prefix }) => sqliteCode.startsWith(prefix));
  if (meaning === undefined) return error;
  const what = error instanceof Error ? error.message : sqliteCode;
  return new StoreError(meaning.code, `${path}: ${what}`, meaning.hint, error);
}

/** A stored row is not what was written. */
export function brokenChain(path: string, where: string): StoreError {
  const hint = 'restart the validator: it sets the ledger aside and goes on; see docs/ledger.md';
  return new StoreError('ledger/corrupt', `${path}: the chain is broken at ${where}`, hint);
}

/** Makes functions of a ledger's file: what SQLite reports in them comes out named. */
export function namingErrorsOf(path: string) {
  return <A extends readonly unknown[], R>(run: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return run(...args);
      } catch (error) {
        throw asStoreError(error, path);
      }
    };
}
