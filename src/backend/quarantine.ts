/**
 * Rows that contradict what is held, for people to look at: which forks there are, their rows, and
 * who has looked. Looking changes no row; whatever comes later is to be looked at again.
 */
import type { EpochMs } from '../../device/clock.ts';
import type { By } from './api-keys.ts';
import { noteInAudit } from './audit.ts';
import { ask, askOne, type SqlEngine, type SqlScript } from './sql-engine.ts';

export interface ForkName {
  readonly device: string;
  readonly epoch: number;
}

/** All rows of one epoch that contradict its ledger; they may be several branches. */
export interface Fork extends ForkName {
  readonly fromSeq: number;
  readonly throughSeq: number;
  readonly rows: number;
  readonly firstSeenAt: EpochMs;
  readonly lastSeenAt: EpochMs;
  /** How many of them were looked at, the last time that somebody looked; null: nobody has. */
  readonly rowsLookedAt: number | null;
  readonly lookedAt: EpochMs | null;
  readonly lookedBy: string | null;
  readonly note: string | null;
}

/** Branches part and go on at the same seq: the hash tells their rows apart. */
export interface RowName {
  readonly seq: number;
  readonly hash: Uint8Array;
}

export interface QuarantinedRow extends RowName {
  readonly prevHash: Uint8Array;
  readonly payload: Uint8Array;
  readonly seenAt: EpochMs;
}

export interface Look {
  readonly note: string;
  /** As many rows as the list showed: what came in the meantime stays to be looked at. */
  readonly rows: number;
}

export interface Quarantine {
  /** By device and epoch. @param after absent: from the first on. */
  forks(limit: number, after?: ForkName): Promise<readonly Fork[]>;
  /** By seq and hash. @param after absent: from the first on. */
  rows(fork: ForkName, limit: number, after?: RowName): Promise<readonly QuarantinedRow[]>;
  /** In the audit as `fork-looked-at`. @returns false when there is no such fork. */
  markLookedAt(fork: ForkName, look: Look, by: By): Promise<boolean>;
}

export function createQuarantine({ transact }: SqlEngine): Quarantine {
  return {
    forks: (limit, after = { device: '', epoch: 0 }) => transact(() => forks(limit, after)),
    rows: ({ device, epoch }, limit, after = { seq: 0, hash: new Uint8Array() }) =>
      transact(() =>
        ask<QuarantinedRow>(
          `select seq, hash, prev_hash as "prevHash", payload, seen_at as "seenAt"
           from quarantine where device_id = :device and epoch = :epoch
             and (seq, hash) > (:seq, :hash)
           order by seq, hash limit :limit`,
          { device, epoch, limit, seq: after.seq, hash: after.hash },
        ),
      ),
    markLookedAt: (fork, look, by) => transact(() => markLookedAt(fork, look, by)),
  };
}

function* forks(limit: number, { device, epoch }: ForkName): SqlScript<readonly Fork[]> {
  return yield* ask<Fork>(
    `select forked.*, rows_looked_at as "rowsLookedAt", looked_at as "lookedAt",
       looked_by as "lookedBy", note
     from (
       select device_id as device, epoch, min(seq) as "fromSeq", max(seq) as "throughSeq",
         count(*) as "rows", min(seen_at) as "firstSeenAt", max(seen_at) as "lastSeenAt"
       from quarantine where (device_id, epoch) > (:device, :epoch)
       group by device_id, epoch order by device_id, epoch limit :limit
     ) as forked
     left join quarantine_look as look
       on look.device_id = forked.device and look.epoch = forked.epoch
     order by forked.device, forked.epoch`,
    { device, epoch, limit },
  );
}

function* markLookedAt(fork: ForkName, look: Look, { by, at }: By): SqlScript<boolean> {
  const { device, epoch } = fork;
  const held = yield* askOne<{ readonly rows: number }>(
    'select count(*) as "rows" from quarantine where device_id = :device and epoch = :epoch',
    { device, epoch },
  );
  if (held === undefined || held.rows === 0) return false;
  const rows = Math.min(look.rows, held.rows);
  yield* ask(
    `insert into quarantine_look (device_id, epoch, rows_looked_at, looked_at, looked_by, note)
     values (:device, :epoch, :rows, :at, :by, :note)
     on conflict (device_id, epoch) do update
       set rows_looked_at = excluded.rows_looked_at, looked_at = excluded.looked_at,
         looked_by = excluded.looked_by, note = excluded.note`,
    { device, epoch, rows, at, by, note: look.note },
  );
  const subject = `${device} epoch ${epoch}, ${rows} rows: ${look.note}`;
  yield* noteInAudit({ by, at, action: 'fork-looked-at', subject });
  return true;
}
