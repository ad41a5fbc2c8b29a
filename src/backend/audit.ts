/**
 * Who changed what at the backend: an append-only record, written in the transaction of the change
 * itself, so that neither stands without the other.
 */
import type { EpochMs } from '../../device/clock.ts';
import { ask, askOne, type SqlEngine, type SqlScript } from './sql-engine.ts';

export interface AuditEntry {
  readonly at: EpochMs;
  /** `key:NAME` of the office, or `command` for whoever has the database itself. */
  readonly by: string;
  /** Kebab-case, such as `key-added`. */
  readonly action: string;
  /** What it was done to: a name or an id, never a secret. */
  readonly subject: string;
}

export interface NumberedEntry extends AuditEntry {
  /** From 1, without a gap. */
  readonly number: number;
}

export interface Audit {
  /** Newest first. @param before a number; absent: from the newest on. */
  entries(limit: number, before?: number): Promise<readonly NumberedEntry[]>;
}

export function createAudit({ transact }: SqlEngine): Audit {
  return {
    entries: (limit, before = Number.MAX_SAFE_INTEGER) =>
      transact(() =>
        ask<NumberedEntry>(
          `select number, at, done_by as "by", action, subject from audit
           where number < :before order by number desc limit :limit`,
          { limit, before },
        ),
      ),
  };
}

/**
 * The row of the counter is held until the change is durable: numbers have no gap.
 * @returns the entry's number.
 */
export function* noteInAudit({ at, by, action, subject }: AuditEntry): SqlScript<number> {
  const counter = yield* askOne<{ readonly number: number }>(
    "update counter set value = value + 1 where name = 'audit' returning value as number",
  );
  const number = counter?.number ?? 0;
  yield* ask(
    `insert into audit (number, at, done_by, action, subject)
     values (:number, :at, :by, :action, :subject)`,
    { number, at, by, action, subject },
  );
  return number;
}
