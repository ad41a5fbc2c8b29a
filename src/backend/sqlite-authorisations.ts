/** Payments that devices asked about, in the backend's SQLite file; and what taps tell of them. */
import type { TapRow } from '../core/ledger/row.ts';
import type { SqliteDatabase } from '../store/open-database.ts';
import type {
  AuthorisationState,
  Authorisations,
  Discrepancy,
  PaymentName,
  PaymentRecord,
} from './authorisations.ts';

/**
 * A device writes the row of a tap right after its question is answered or its deadline has
 * passed. A later row of the same epoch, from this long after, shows that none will come.
 */
export const rowFollowsWithinMs = 60_000;

export function createAuthorisations(database: SqliteDatabase): Authorisations {
  const statements = prepare(database);
  const stateOf = ({ device, reference }: PaymentName) =>
    statements.stateOf.get(device, reference) as AuthorisationState | undefined;
  const known = (name: PaymentName) => stateOf(name) ?? 'unknown';

  const request = database.transaction((payment: PaymentRecord, at: number) => {
    const before = stateOf(payment);
    if (before !== undefined) return before;
    statements.add.run({ ...payment, accountKey: payment.accountKey ?? null, at });
    return 'new';
  });
  const settle = database.transaction((name: PaymentName, state: string, at: number) => {
    statements.settle.run({ ...name, state, at });
    return known(name);
  });
  const wantVoid = database.transaction((name: PaymentName, at: number) => {
    statements.wantVoid.run({ ...name, at });
    return known(name);
  });
  const discrepancies = database.transaction((before: number, at: number) => {
    const found = statements.discrepancies.all({ before }) as Discrepancy[];
    for (const { device, reference } of found) statements.reported.run({ device, reference, at });
    return found;
  });

  return {
    request: async (payment, at) => request.immediate(payment, at),
    settle: async (name, state, at) => settle.immediate(name, state, at),
    wantVoid: async (name, at) => wantVoid.immediate(name, at),
    voided: async (name, at) => void statements.voided.run({ ...name, at }),
    toVoid: async (limit, staleBefore) =>
      statements.toVoid.all({ limit, staleBefore }) as PaymentName[],
    discrepancies: async (before, at) => discrepancies.immediate(before, at),
  };
}

export interface DigestedTap {
  readonly epoch: number;
  readonly seq: number;
  readonly row: TapRow;
}

/** To be called in the transaction that stores the rows. */
export function createTapMatching(database: SqliteDatabase) {
  const { recordTap, wantVoid, leftOpen } = prepare(database);
  return {
    /** A tap that rests on the payment keeps it; any other, and it is to be taken back. */
    match(device: string, { epoch, seq, row }: DigestedTap, at: number): void {
      const reference = row.authorisation;
      if (reference === undefined) return;
      const rests = row.outcome === 'accepted' && row.basis === 'authorised';
      if (rests) recordTap.run({ device, reference, epoch, seq, at });
      else wantVoid.run({ device, reference, at });
    },
    /** @param newest the newest tap that the device has delivered. */
    closeBefore(device: string, { epoch, seq, row }: DigestedTap, at: number): void {
      const { bootId, monotonicAt } = row;
      const margin = rowFollowsWithinMs;
      leftOpen.run({ device, epoch, seq, bootId, monotonicAt, margin, at });
    },
  };
}

function prepare(database: SqliteDatabase) {
  const named = 'device_id = :device and reference = :reference';
  return {
    stateOf: database
      .prepare('select state from authorisation where device_id = ? and reference = ?')
      .pluck(),
    add: database.prepare(
      `insert into authorisation (device_id, reference, state, state_at, format, token_key,
         account_key, product, amount, currency, deadline_ms, epoch, seq, boot_id, monotonic_at)
       values (:device, :reference, 'requested', :at, :format, :tokenKey, :accountKey, :product,
         :amount, :currency, :deadlineMs, :epoch, :seq, :bootId, :monotonicAt)`,
    ),
    settle: database.prepare(
      `update authorisation set state = :state, state_at = :at
       where ${named} and state = 'requested'`,
    ),
    // Taken back before it was asked for: then it must never be charged.
    wantVoid: database.prepare(
      `insert into authorisation (device_id, reference, state, state_at)
       values (:device, :reference, 'voided', :at)
       on conflict do update set state = 'void-wanted', state_at = excluded.state_at
         where state in ('requested', 'approved') and tap_seq is null`,
    ),
    voided: database.prepare(
      `update authorisation set state = 'voided', state_at = :at
       where ${named} and state = 'void-wanted'`,
    ),
    toVoid: database.prepare(
      `select device_id as device, reference from authorisation
       where state = 'void-wanted' or (state = 'requested' and state_at < :staleBefore)
       order by state_at limit :limit`,
    ),
    recordTap: database.prepare(
      `insert into authorisation (device_id, reference, state, state_at, tap_epoch, tap_seq)
       values (:device, :reference, 'unknown', :at, :epoch, :seq)
       on conflict do update set tap_epoch = excluded.tap_epoch, tap_seq = excluded.tap_seq`,
    ),
    leftOpen: database.prepare(
      `update authorisation set state = 'void-wanted', state_at = :at
       where device_id = :device and state = 'approved' and tap_seq is null
         and epoch = :epoch and seq < :seq
         and (boot_id <> :bootId or monotonic_at + deadline_ms + :margin < :monotonicAt)`,
    ),
    discrepancies: database.prepare(
      `select device_id as device, reference, 'without-tap' as kind from authorisation
       where state = 'approved' and tap_seq is null and state_at < :before and reported_at is null
       union all
       select device_id, reference, 'without-approval' from authorisation
       where tap_seq is not null and state <> 'approved' and reported_at is null`,
    ),
    reported: database.prepare(`update authorisation set reported_at = :at where ${named}`),
  };
}
