/**
 * How devices are, as they say themselves, and whether it agrees with what is held of them, as
 * scripts. A ledger only grows: a device that shows less than before, or another hash at a row that
 * is held, has lost rows or is not the one that wrote them. Nothing here changes what is ingested.
 */
import { equal, hex } from '../core/bytes.ts';
import { decodeRow } from '../core/ledger/row.ts';
import type { HeartbeatRequest } from '../sync/wire-heartbeat.ts';
import { ask, askOne, type SqlEngine, type SqlScript } from './sql-engine.ts';

export type AlarmKind =
  /** The ledger ends before a row that the device had. */
  | 'tail-truncated'
  /** Another hash at a row that is held: a copied or altered disk. */
  | 'chain-contradiction';

export interface DeviceAlarm {
  readonly kind: AlarmKind;
  readonly epoch: number;
  /** As the device says. */
  readonly seq: number;
  /** As it was known before. */
  readonly heldSeq: number;
}

/** One for each kind and epoch: the first time of it, and the last. */
export interface RaisedAlarm extends DeviceAlarm {
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface KnownHealth {
  /** Milliseconds since 1970, by the backend's clock. */
  readonly receivedAt: number;
  /** The heartbeat, bytes as hexadecimal, without its nonce. */
  readonly report: Readonly<Record<string, unknown>>;
}

export interface DevicesHealth {
  /**
   * Keeps the newest of each epoch; one that comes late changes nothing.
   * @param at milliseconds since 1970. @returns alarms that are new.
   */
  note(device: string, heartbeat: HeartbeatRequest, at: number): Promise<readonly DeviceAlarm[]>;
  newest(device: string): Promise<KnownHealth | undefined>;
  /** Of one device, oldest first. */
  alarms(device: string): Promise<readonly RaisedAlarm[]>;
}

export function createDevicesHealth({ transact }: SqlEngine): DevicesHealth {
  return {
    note: (device, heartbeat, at) => transact(() => noteHealth({ device, heartbeat, at })),
    newest: (device) => transact(() => newestHealth(device)),
    alarms: (device) => transact(() => alarmsOf(device)),
  };
}

interface Noted {
  readonly device: string;
  readonly heartbeat: HeartbeatRequest;
  readonly at: number;
}

interface Before {
  readonly seq: number;
  readonly tip: Uint8Array;
  readonly bootId: string;
  readonly monotonicAt: number;
}

function* noteHealth(noted: Noted): SqlScript<readonly DeviceAlarm[]> {
  const { device, heartbeat } = noted;
  const { epoch, seq, tip } = heartbeat;
  const before = yield* askOne<Before>(
    `select seq, tip, boot_id as "bootId", monotonic_at as "monotonicAt" from device_health
     where device_id = :device and epoch = :epoch for update`,
    { device, epoch },
  );
  if (before !== undefined && isLate(heartbeat, before)) return [];
  const truncated = before !== undefined && before.seq > seq ? before.seq : undefined;
  const heldSeq = truncated ?? (yield* heldBeyond(noted));
  const raised: DeviceAlarm[] = [];
  if (heldSeq !== undefined) raised.push({ kind: 'tail-truncated', epoch, seq, heldSeq });
  const known = before?.seq === seq ? before.tip : yield* hashHeld(device, { epoch, seq });
  if (known !== undefined && !equal(known, tip)) {
    raised.push({ kind: 'chain-contradiction', epoch, seq, heldSeq: seq });
  }
  yield* keep(noted);
  return yield* raise(raised, noted);
}

/** A request that was under way while a later one was answered. */
function isLate({ bootId, monotonicAt }: HeartbeatRequest, before: Before): boolean {
  return bootId === before.bootId && monotonicAt <= before.monotonicAt;
}

/** The last row held, when the device shows less; not when it wrote on after this heartbeat. */
function* heldBeyond({ device, heartbeat }: Noted): SqlScript<number | undefined> {
  const { epoch, seq, bootId, monotonicAt } = heartbeat;
  const head = yield* askOne<{ readonly seq: number }>(
    `select durable_seq as seq from device_head where device_id = :device and epoch = :epoch`,
    { device, epoch },
  );
  if (head === undefined || head.seq <= seq) return undefined;
  const next = yield* askOne<{ readonly payload: Uint8Array }>(
    'select payload from tap where device_id = :device and epoch = :epoch and seq = :next',
    { device, epoch, next: seq + 1 },
  );
  const row = next && decodeRow(next.payload);
  const isLater = row !== undefined && row.bootId === bootId && row.monotonicAt >= monotonicAt;
  return isLater ? undefined : head.seq;
}

interface Place {
  readonly epoch: number;
  readonly seq: number;
}

function* hashHeld(device: string, place: Place): SqlScript<Uint8Array | undefined> {
  const row = yield* askOne<{ readonly hash: Uint8Array }>(
    'select hash from tap where device_id = :device and epoch = :epoch and seq = :seq',
    { device, ...place },
  );
  return row?.hash;
}

function* keep({ device, heartbeat, at }: Noted): SqlScript<void> {
  const { nonce: _, tip, ...told } = heartbeat;
  const { epoch, seq, bootId, monotonicAt } = told;
  const report = JSON.stringify({ ...told, tip: hex(tip) });
  yield* ask(
    `insert into device_health
       (device_id, epoch, seq, tip, boot_id, monotonic_at, received_at, report)
     values (:device, :epoch, :seq, :tip, :bootId, :monotonicAt, :at, :report)
     on conflict (device_id, epoch) do update set seq = excluded.seq, tip = excluded.tip,
       boot_id = excluded.boot_id, monotonic_at = excluded.monotonic_at,
       received_at = excluded.received_at, report = excluded.report`,
    { device, epoch, seq, tip, bootId, monotonicAt, at, report },
  );
}

function* raise(
  found: readonly DeviceAlarm[],
  { device, at }: Noted,
): SqlScript<readonly DeviceAlarm[]> {
  const fresh: DeviceAlarm[] = [];
  for (const alarm of found) {
    const { kind, epoch, seq, heldSeq } = alarm;
    const key = { device, kind, epoch };
    const known = yield* askOne(
      `select kind from device_alarm
       where device_id = :device and kind = :kind and epoch = :epoch`,
      key,
    );
    if (known === undefined) fresh.push(alarm);
    yield* ask(
      `insert into device_alarm (device_id, kind, epoch, seq, held_seq, first_at, last_at)
       values (:device, :kind, :epoch, :seq, :heldSeq, :at, :at)
       on conflict (device_id, kind, epoch) do update set last_at = excluded.last_at`,
      { ...key, seq, heldSeq, at },
    );
  }
  return fresh;
}

export function* newestHealth(device: string): SqlScript<KnownHealth | undefined> {
  const row = yield* askOne<{ readonly receivedAt: number; readonly report: string }>(
    `select received_at as "receivedAt", report from device_health
     where device_id = :device order by received_at desc limit 1`,
    { device },
  );
  return row && { receivedAt: row.receivedAt, report: JSON.parse(row.report) };
}

export function alarmsOf(device: string): SqlScript<readonly RaisedAlarm[]> {
  return ask<RaisedAlarm>(
    `select kind, epoch, seq, held_seq as "heldSeq", first_at as "firstAt", last_at as "lastAt"
     from device_alarm where device_id = :device order by first_at, epoch, kind`,
    { device },
  );
}
