/** What the backend keeps of its devices' identities, as scripts for any engine. */
import type { IssuedCertificate } from '../identity/device-authority.ts';
import type { By } from './api-keys.ts';
import { noteInAudit } from './audit.ts';
import {
  type CertificateName,
  type DeviceIdentities,
  type DeviceKey,
  type DeviceKeyName,
  type Enrolment,
  type EnrolmentState,
  keysPerDeviceMax,
  type RenewalTime,
  type RevokedName,
  waitingLifeMs,
  waitingMax,
  waitingPerDeviceMax,
} from './identities.ts';
import { ask, askOne, type SqlEngine, type SqlQuery, type SqlScript } from './sql-engine.ts';

const named = 'device_id = :device and fingerprint = :fingerprint';

export function createIdentities({ transact }: SqlEngine): DeviceIdentities {
  return {
    enrol: (request, at) => transact(() => enrol(request, at)),
    approve: (key, by, options) =>
      transact(() => approve(key, { ahead: false, ...by, ...options })),
    keep: (key, made) => transact(() => keep(key, made)),
    succeed: (current, next, when) => transact(() => succeed(current, next, when)),
    revoke: (what, by) => transact(() => revoke(what, by)),
    isRevoked: (certificate) => transact(() => isRevoked(certificate)),
    list: () => transact(() => list()),
  };
}

interface KeyRow {
  readonly state: 'waiting' | 'approved';
  readonly standing: number;
  readonly approvedBy: string | null;
  readonly certificate: string | null;
  readonly serial: string | null;
  readonly notBefore: number | null;
  readonly notAfter: number | null;
}

function* keyOf(name: DeviceKeyName): SqlScript<KeyRow | undefined> {
  return yield* askOne<KeyRow>(
    `select state, standing, approved_by as "approvedBy", certificate, serial,
       not_before as "notBefore", not_after as "notAfter"
     from device_key where ${named} for update`,
    nameOf(name),
  );
}

function nameOf({ device, fingerprint }: DeviceKeyName) {
  return { device, fingerprint };
}

/** Begun anew with each revocation of the device. */
function* standingOf(device: string): SqlScript<number> {
  const found = yield* askOne<{ readonly standing: number }>(
    'select standing from device_standing where device_id = :device',
    { device },
  );
  return found?.standing ?? 0;
}

function* enrol(request: Enrolment, at: number): SqlScript<EnrolmentState> {
  yield* ask(
    `delete from device_key where state = 'waiting' and certificate is null and asked_at < :before`,
    { before: at - waitingLifeMs },
  );
  const known = yield* keyOf(request);
  if (known === undefined) return yield* waitInLine(request, at);
  if (known.state === 'waiting') return { state: 'waiting' };
  const counts = known.standing >= (yield* standingOf(request.device));
  if (counts && known.certificate === null) return { state: 'approved' };
  const held = yield* heldFor(request, known, at);
  if (held !== undefined) return held;
  yield* ask(
    `update device_key set state = 'waiting', note = :note, asked_at = :at where ${named}`,
    { ...nameOf(request), note: request.note, at },
  );
  return { state: 'waiting' };
}

function* waitInLine(
  { device, fingerprint, note }: Enrolment,
  at: number,
): SqlScript<EnrolmentState> {
  const waiting = yield* counted(`state = 'waiting'`);
  const ownWaiting = yield* counted(`state = 'waiting' and device_id = :device`, { device });
  if (waiting >= waitingMax || ownWaiting >= waitingPerDeviceMax) return { state: 'full' };
  yield* ask(
    `insert into device_key (device_id, fingerprint, state, standing, note, asked_at)
     values (:device, :fingerprint, 'waiting', 0, :note, :at) on conflict do nothing`,
    { device, fingerprint, note, at },
  );
  return { state: 'waiting' };
}

function* counted(which: string, params: SqlQuery['params'] = {}): SqlScript<number> {
  const found = yield* askOne<{ readonly keys: number }>(
    `select count(*) as keys from device_key where ${which}`,
    params,
  );
  return found?.keys ?? 0;
}

/** Its certificate, when that is good until then. */
function* heldFor(
  key: DeviceKeyName,
  known: KeyRow,
  until: number,
): SqlScript<EnrolmentState | undefined> {
  const issued = issuedOf(known);
  if (issued === undefined || issued.notAfter <= until) return undefined;
  const isDead = yield* isRevoked({ ...nameOf(key), serial: issued.serial });
  return isDead ? undefined : { state: 'issued', ...issued };
}

function issuedOf({
  certificate,
  serial,
  notBefore,
  notAfter,
}: KeyRow): IssuedCertificate | undefined {
  if (certificate === null || serial === null || notBefore === null || notAfter === null) {
    return undefined;
  }
  return { pem: certificate, serial, notBefore, notAfter };
}

interface Approval extends By {
  readonly ahead: boolean;
}

function* approve(key: DeviceKeyName, { by, at, ahead }: Approval): SqlScript<boolean> {
  const known = yield* keyOf(key);
  const standing = yield* standingOf(key.device);
  if (known?.state === 'approved' && known.standing >= standing) return true;
  if (known === undefined && !ahead) return false;
  yield* put(key, { standing, by, at });
  const subject = `${key.device} ${key.fingerprint}`;
  yield* noteInAudit({ by, at, action: 'device-approved', subject });
  return true;
}

interface Standing {
  readonly standing: number;
  readonly by: string | null;
  readonly at: number;
}

/** As approved, and without a certificate. */
function* put(key: DeviceKeyName, { standing, by, at }: Standing): SqlScript<void> {
  yield* ask(
    `insert into device_key
       (device_id, fingerprint, state, standing, note, asked_at, approved_by, approved_at)
     values (:device, :fingerprint, 'approved', :standing, '', :at, :by, :at)
     on conflict (device_id, fingerprint) do update
       set state = 'approved', standing = excluded.standing, approved_by = excluded.approved_by,
         approved_at = excluded.approved_at, certificate = null, serial = null,
         not_before = null, not_after = null`,
    { ...nameOf(key), standing, by, at },
  );
}

function* keep(key: DeviceKeyName, made: IssuedCertificate): SqlScript<IssuedCertificate> {
  const { pem, serial, notBefore, notAfter } = made;
  const known = yield* keyOf(key);
  const before = known && issuedOf(known);
  if (before !== undefined) return before;
  yield* ask(
    `update device_key set certificate = :pem, serial = :serial, not_before = :notBefore,
       not_after = :notAfter where ${named}`,
    { ...nameOf(key), pem, serial, notBefore, notAfter },
  );
  return made;
}

function* succeed(
  current: CertificateName,
  next: DeviceKeyName,
  { at, freshUntil }: RenewalTime,
): SqlScript<EnrolmentState> {
  if (yield* isRevoked(current)) return { state: 'waiting' };
  const known = yield* keyOf(next);
  const held = known && (yield* heldFor(next, known, freshUntil));
  if (held !== undefined) return held;
  yield* ask(
    `delete from device_key where device_id = :device and not_after < :at and fingerprint <> :kept`,
    { device: next.device, at, kept: current.fingerprint },
  );
  const inUse = yield* counted(`state = 'approved' and device_id = :device`, {
    device: next.device,
  });
  if (known === undefined && inUse >= keysPerDeviceMax) return { state: 'full' };
  const before = yield* keyOf(current);
  const standing = before?.standing ?? 0;
  yield* put(next, { standing, by: before?.approvedBy ?? null, at });
  return { state: 'approved' };
}

function* revoke({ device, serial }: RevokedName, { by, at }: By): SqlScript<void> {
  if (serial === undefined) yield* beginStanding(device, { by, at });
  else {
    yield* ask(
      `insert into revoked_certificate (device_id, serial, revoked_at, revoked_by)
       values (:device, :serial, :at, :by) on conflict do nothing`,
      { device, serial, at, by },
    );
  }
  const subject = serial === undefined ? device : `${device} ${serial}`;
  yield* noteInAudit({ by, at, action: 'device-revoked', subject });
}

/** Whoever waited for approval under its name has to ask again. */
function* beginStanding(device: string, { by, at }: By): SqlScript<void> {
  yield* ask(`delete from device_key where device_id = :device and state = 'waiting'`, { device });
  yield* ask(
    `insert into device_standing (device_id, standing, revoked_at, revoked_by)
     values (:device, 1, :at, :by)
     on conflict (device_id) do update set standing = device_standing.standing + 1,
       revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by`,
    { device, at, by },
  );
}

function* isRevoked({ device, fingerprint, serial }: CertificateName): SqlScript<boolean> {
  const found = yield* ask(
    `select 1 as revoked from revoked_certificate
     where device_id = :device and serial = :serial
     union all
     select 1 from device_standing
     where device_id = :device and standing > coalesce(
       (select k.standing from device_key k
        where k.device_id = :device and k.fingerprint = :fingerprint and k.state = 'approved'), 0)`,
    { device, fingerprint, serial },
  );
  return found.length > 0;
}

function* list(): SqlScript<readonly DeviceKey[]> {
  return yield* ask<DeviceKey>(
    `select k.device_id as device, k.fingerprint, k.note, k.asked_at as "askedAt",
       k.approved_by as "approvedBy", k.serial, k.not_after as "notAfter",
       case
         when k.state = 'waiting' then 'waiting'
         when k.standing < coalesce(s.standing, 0) or r.serial is not null then 'revoked'
         when k.certificate is null then 'approved'
         else 'issued'
       end as state
     from device_key k
     left join device_standing s on s.device_id = k.device_id
     left join revoked_certificate r on r.device_id = k.device_id and r.serial = k.serial
     order by case when k.state = 'waiting' then 0 else 1 end, k.device_id, k.asked_at`,
  );
}
