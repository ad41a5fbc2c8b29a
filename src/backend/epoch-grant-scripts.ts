/**
 * Epochs granted to devices ahead of need, as scripts: each device has one spare at most, and no number
 * is granted that the device had before.
 */
import { type EpochGrant, provisionalEpochMin } from '../core/ledger/epoch-grant.ts';
import { ask, askOne, type SqlScript } from './sql-engine.ts';

export interface SpareWanted {
  /** Granted epochs up to here are begun or given up, says the device; 0: none. */
  readonly usedThrough: number;
}

/**
 * The spare that the device has not used, or a new one. @param at milliseconds since 1970.
 * @returns undefined when no number is left: the device goes on with provisional ones.
 */
export function* grantEpoch(
  device: string,
  { usedThrough }: SpareWanted,
  at: number,
): SqlScript<EpochGrant | undefined> {
  yield* ask(
    `update epoch_grant set used_at = :at
     where device_id = :device and used_at is null and epoch <= :usedThrough`,
    { device, usedThrough, at },
  );
  yield* ask(
    `insert into epoch_grant (device_id, epoch, granted_at)
     select :device, 1 + max(epoch), :at from
       (select epoch from epoch_grant where device_id = :device
        union all select epoch from device_head
          where device_id = :device and epoch < ${provisionalEpochMin}
        union all select :usedThrough) as had
     where not exists
       (select 1 from epoch_grant where device_id = :device and used_at is null)
     having 1 + max(epoch) < ${provisionalEpochMin}
     on conflict do nothing`,
    { device, usedThrough, at },
  );
  const spare = yield* askOne<{ readonly epoch: number; readonly issuedAt: number }>(
    `select epoch, granted_at as "issuedAt" from epoch_grant
     where device_id = :device and used_at is null order by epoch limit 1`,
    { device },
  );
  return spare && { device, ...spare };
}

/** At first contact of an epoch. */
export function* noteEpochBegun(device: string, epoch: number, at: number): SqlScript<void> {
  yield* ask(
    `update epoch_grant set used_at = :at
     where device_id = :device and epoch = :epoch and used_at is null`,
    { device, epoch, at },
  );
}
