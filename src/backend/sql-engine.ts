/**
 * A storage engine as the backend uses it: transactions, written once as scripts in the SQL that
 * SQLite and PostgreSQL share. A script yields what it asks and gets the rows that come of it, so that
 * one engine runs it at one go and the other waits for a network in between.
 *
 * Shared SQL: `:name` for parameters, names of columns in double quotes where they have capitals,
 * `for update` where a row is to be held until the end (SQLite has one writer and holds them all).
 */

export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlQuery {
  readonly sql: string;
  readonly params: Readonly<Record<string, SqlValue>>;
}

/** Many rows into one table: one statement where that saves a round trip for each. */
export interface SqlInsert {
  readonly into: string;
  /** Names of columns, the same in every row. */
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
  /** Such as `on conflict do nothing`. */
  readonly otherwise?: string;
}

/** @throws whatever the engine threw for what it yielded, into the script. */
export type SqlScript<T> = Generator<SqlQuery | SqlInsert, T, readonly SqlRow[]>;

export interface SqlEngine {
  /**
   * One transaction, durable when it resolves; nothing of it when it rejects. A script may be run
   * again from its beginning, when others were in its way.
   */
  transact<T>(script: () => SqlScript<T>): Promise<T>;
  close(): Promise<void>;
}

/** @returns the rows, in the shape that the statement gives them. */
export function* ask<T>(sql: string, params: SqlQuery['params'] = {}): SqlScript<readonly T[]> {
  return (yield { sql, params }) as readonly T[];
}

/** @returns the first row. */
export function* askOne<T>(sql: string, params: SqlQuery['params'] = {}): SqlScript<T | undefined> {
  return (yield { sql, params })[0] as T | undefined;
}
