/** The fleet as the office looks at it: which devices there are, how they are, what could not be read. */
import type { EpochMs } from '../../device/clock.ts';
import { alarmsOf, type KnownHealth, newestHealth, type RaisedAlarm } from './device-health.ts';
import { ask, type SqlEngine, type SqlScript } from './sql-engine.ts';

export interface DeviceView {
  readonly device: string;
  readonly epochs: number;
  /** Of all its epochs together. */
  readonly rows: number;
  /** When rows of it last came. */
  readonly lastSeen: EpochMs;
  /** Its newest heartbeat. */
  readonly health: KnownHealth | null;
  readonly alarms: readonly RaisedAlarm[];
}

export interface RowPlace {
  readonly device: string;
  readonly epoch: number;
  readonly seq: number;
}

/** A row of a ledger that this version cannot read: kept and receipted as it came. */
export interface UndigestedRow extends RowPlace {
  readonly payload: Uint8Array;
}

export interface FleetView {
  /** By id. @param after absent: from the first on. */
  devices(limit: number, after?: string): Promise<readonly DeviceView[]>;
  /** By place. @param after absent: from the first on. */
  undigested(limit: number, after?: RowPlace): Promise<readonly UndigestedRow[]>;
}

const beforeAll: RowPlace = { device: '', epoch: 0, seq: 0 };

export function createFleetView({ transact }: SqlEngine): FleetView {
  return {
    devices: (limit, after = '') => transact(() => devices(limit, after)),
    undigested: (limit, { device, epoch, seq } = beforeAll) =>
      transact(() =>
        ask<UndigestedRow>(
          `select device_id as device, epoch, seq, payload from tap
           where kind is null and (device_id, epoch, seq) > (:device, :epoch, :seq)
           order by device_id, epoch, seq limit :limit`,
          { device, epoch, seq, limit },
        ),
      ),
  };
}

type Counted = Omit<DeviceView, 'health' | 'alarms'>;

function* devices(limit: number, after: string): SqlScript<readonly DeviceView[]> {
  const counted = yield* ask<Counted>(
    `select device_id as device, count(*) as epochs, cast(sum(durable_seq) as bigint) as "rows",
       max(last_seen) as "lastSeen"
     from device_head where device_id > :after group by device_id order by device_id limit :limit`,
    { after, limit },
  );
  const views: DeviceView[] = [];
  for (const one of counted) {
    const health = (yield* newestHealth(one.device)) ?? null;
    views.push({ ...one, health, alarms: yield* alarmsOf(one.device) });
  }
  return views;
}
