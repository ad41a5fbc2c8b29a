/**
 * What dispatchers say that devices drive: one order for each, the latest. It is sent with every
 * heartbeat until a later one takes its place; the device carries it out once, by its name.
 */
import type { z } from 'zod';
import type { dispatchOrder, tripAssignment } from '../sync/wire-heartbeat.ts';
import type { By } from './api-keys.ts';
import { noteInAudit } from './audit.ts';
import { ask, askOne, type SqlEngine, type SqlScript } from './sql-engine.ts';

export type TripOrder = z.infer<typeof tripAssignment>;
export type NamedOrder = z.infer<typeof dispatchOrder>;

export interface DispatchOrders {
  /** @param trip undefined: the assignment is taken back. @returns its name; undefined for an unknown device. */
  give(device: string, trip: TripOrder | undefined, by: By): Promise<string | undefined>;
  of(device: string): Promise<NamedOrder | undefined>;
}

export function createDispatchOrders({ transact }: SqlEngine): DispatchOrders {
  return {
    give: (device, trip, by) => transact(() => give(device, trip, by)),
    of: (device) => transact(() => orderOf(device)),
  };
}

/** Its number in the audit names it: no two orders ever have the same. */
function* give(device: string, trip: TripOrder | undefined, by: By): SqlScript<string | undefined> {
  const known = yield* ask(
    `select device_id from device_head where device_id = :device
     union select device_id from device_health where device_id = :device`,
    { device },
  );
  if (known.length === 0) return undefined;
  const action = trip === undefined ? 'assignment-released' : 'assignment-given';
  const drives = trip === undefined ? '' : `: ${Object.values(trip).join(' ')}`;
  const number = yield* noteInAudit({ ...by, action, subject: `${device}${drives}` });
  const id = `order-${number}`;
  yield* ask(
    `insert into dispatch_order (device_id, order_id, trip, given_at, given_by)
     values (:device, :id, :trip, :at, :by)
     on conflict (device_id) do update set order_id = excluded.order_id, trip = excluded.trip,
       given_at = excluded.given_at, given_by = excluded.given_by`,
    { device, id, trip: trip === undefined ? null : JSON.stringify(trip), ...by },
  );
  return id;
}

function* orderOf(device: string): SqlScript<NamedOrder | undefined> {
  const order = yield* askOne<{ readonly id: string; readonly trip: string | null }>(
    'select order_id as id, trip from dispatch_order where device_id = :device',
    { device },
  );
  if (order === undefined) return undefined;
  return { id: order.id, ...(order.trip !== null && { trip: JSON.parse(order.trip) }) };
}
