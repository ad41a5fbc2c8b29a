/** What the backend remembers of payments that devices asked about, as scripts; and what taps tell. */
import type { TapRow } from '../core/ledger/row.ts';
import type {
  AuthorisationState,
  Authorisations,
  Discrepancy,
  PaymentName,
  PaymentRecord,
} from './authorisations.ts';
import { ask, askOne, type SqlEngine, type SqlScript } from './sql-engine.ts';

/**
 * A device writes the row of a tap right after its question is answered or its deadline has
 * passed. A later row of the same epoch, from this long after, shows that none will come.
 */
export const rowFollowsWithinMs = 60_000;

const named = 'device_id = :device and reference = :reference';

export function createAuthorisations({ transact }: SqlEngine): Authorisations {
  return {
    request: (payment, at) => transact(() => request(payment, at)),
    settle: (name, state, at) =>
      transact(function* () {
        yield* ask(
          `update authorisation set state = :state, state_at = :at
           where ${named} and state = 'requested'`,
          { ...nameOf(name), state, at },
        );
        return yield* known(name);
      }),
    wantVoid: (name, at) =>
      transact(function* () {
        yield* wantVoid(name, at);
        return yield* known(name);
      }),
    voided: (name, at) =>
      transact(function* () {
        yield* ask(
          `update authorisation set state = 'voided', state_at = :at
           where ${named} and state = 'void-wanted'`,
          { ...nameOf(name), at },
        );
      }),
    toVoid: (limit, staleBefore) =>
      transact(() =>
        ask<PaymentName>(
          `select device_id as device, reference from authorisation
           where state = 'void-wanted' or (state = 'requested' and state_at < :staleBefore)
           order by state_at limit :limit`,
          { limit, staleBefore },
        ),
      ),
    discrepancies: (before, at) => transact(() => discrepancies(before, at)),
  };
}

function nameOf({ device, reference }: PaymentName) {
  return { device, reference };
}

function* stateOf(name: PaymentName): SqlScript<AuthorisationState | undefined> {
  const found = yield* askOne<{ readonly state: AuthorisationState }>(
    `select state from authorisation where ${named}`,
    nameOf(name),
  );
  return found?.state;
}

function* known(name: PaymentName): SqlScript<AuthorisationState> {
  return (yield* stateOf(name)) ?? 'unknown';
}

/** Of two processes that hear of one payment at once, one inserts it: the other has the state before. */
function* request(payment: PaymentRecord, at: number): SqlScript<AuthorisationState | 'new'> {
  const { accountKey, bootId, monotonicAt, deadlineMs, tokenKey, device, ...same } = payment;
  const added = yield* ask(
    `insert into authorisation (device_id, reference, state, state_at, format, token_key,
       account_key, product, amount, currency, deadline_ms, epoch, seq, boot_id, monotonic_at)
     values (:device, :reference, 'requested', :at, :format, :tokenKey, :accountKey, :product,
       :amount, :currency, :deadlineMs, :epoch, :seq, :bootId, :monotonicAt)
     on conflict do nothing returning state`,
    {
      ...{ device, tokenKey, accountKey: accountKey ?? null, deadlineMs, bootId, monotonicAt, at },
      ...{ reference: same.reference, format: same.format, product: same.product },
      ...{ amount: same.amount, currency: same.currency, epoch: same.epoch, seq: same.seq },
    },
  );
  return added.length > 0 ? 'new' : yield* known(payment);
}

/** Taken back before it was asked for: then it must never be charged. */
function* wantVoid(name: PaymentName, at: number): SqlScript<void> {
  yield* ask(
    `insert into authorisation (device_id, reference, state, state_at)
     values (:device, :reference, 'voided', :at)
     on conflict (device_id, reference) do update
       set state = 'void-wanted', state_at = excluded.state_at
       where authorisation.state in ('requested', 'approved') and authorisation.tap_seq is null`,
    { ...nameOf(name), at },
  );
}

function* discrepancies(before: number, at: number): SqlScript<readonly Discrepancy[]> {
  const found = yield* ask<Discrepancy>(
    `select device_id as device, reference, 'without-tap' as kind from authorisation
     where state = 'approved' and tap_seq is null and state_at < :before and reported_at is null
     union all
     select device_id, reference, 'without-approval' from authorisation
     where tap_seq is not null and state <> 'approved' and reported_at is null`,
    { before },
  );
  for (const name of found) {
    const told = `update authorisation set reported_at = :at where ${named}`;
    yield* ask(told, { ...nameOf(name), at });
  }
  return found;
}

export interface DigestedTap {
  readonly epoch: number;
  readonly seq: number;
  readonly row: TapRow;
}

/**
 * In the transaction that stores the rows: a tap that rests on the payment keeps it; any other, and
 * it is to be taken back.
 */
export function* matchTap(device: string, tap: DigestedTap, at: number): SqlScript<void> {
  const { epoch, seq, row } = tap;
  const reference = row.authorisation;
  if (reference === undefined) return;
  const rests = row.outcome === 'accepted' && row.basis === 'authorised';
  if (!rests) return yield* wantVoid({ device, reference }, at);
  yield* ask(
    `insert into authorisation (device_id, reference, state, state_at, tap_epoch, tap_seq)
     values (:device, :reference, 'unknown', :at, :epoch, :seq)
     on conflict (device_id, reference) do update
       set tap_epoch = excluded.tap_epoch, tap_seq = excluded.tap_seq`,
    { device, reference, at, epoch, seq },
  );
}

/** @param newest the newest tap that the device has delivered. */
export function* closeBefore(device: string, newest: DigestedTap, at: number): SqlScript<void> {
  const { epoch, seq, row } = newest;
  const { bootId, monotonicAt } = row;
  yield* ask(
    `update authorisation set state = 'void-wanted', state_at = :at
     where device_id = :device and state = 'approved' and tap_seq is null
       and epoch = :epoch and seq < :seq
       and (boot_id <> :bootId or monotonic_at + deadline_ms < :latest)`,
    { device, epoch, seq, bootId, at, latest: monotonicAt - rowFollowsWithinMs },
  );
}
