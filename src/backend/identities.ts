/**
 * Who the devices are, as a port: keys that ask to be taken in, those that an admin approved, the
 * certificates made for them, and what was revoked.
 *
 *   waiting ─ approved ─ certificate ─ renewed, by the same key or the next
 *
 * A device that is revoked begins a new standing: keys approved before it, and all that were renewed
 * from them, count no more; keys approved after it do. No clock has a say in that.
 */
import type { EpochMs } from '../../device/clock.ts';
import type { IssuedCertificate } from '../identity/device-authority.ts';
import type { By } from './api-keys.ts';

/** Requests that wait, of all devices together and of one: beyond, new ones are turned away. */
export const waitingMax = 500;
export const waitingPerDeviceMax = 4;
/** Keys of one device in use, until their certificates end: beyond, no further key is certified. */
export const keysPerDeviceMax = 16;
/** A request that nobody approves is forgotten after this. */
export const waitingLifeMs = 7 * 24 * 60 * 60 * 1_000;

export interface DeviceKeyName {
  readonly device: string;
  /** As `keyFingerprint` writes it. */
  readonly fingerprint: string;
}

/** A certificate, as a device shows it. */
export interface CertificateName extends DeviceKeyName {
  /** Lower-case hexadecimal. */
  readonly serial: string;
}

export interface Enrolment extends DeviceKeyName {
  /** What the installer wrote for whoever approves; may be empty. */
  readonly note: string;
}

export type EnrolmentState =
  | { readonly state: 'waiting' }
  /** One certificate is to be made for it. */
  | { readonly state: 'approved' }
  | ({ readonly state: 'issued' } & IssuedCertificate)
  /** One of the limits above. */
  | { readonly state: 'full' };

/** One key of a device, for whoever looks after them. */
export interface DeviceKey extends DeviceKeyName {
  readonly state: 'waiting' | 'approved' | 'issued' | 'revoked';
  readonly note: string;
  readonly askedAt: EpochMs;
  /** Who approved it; of a renewed key, that of the key before. */
  readonly approvedBy: string | null;
  /** Of its newest certificate. */
  readonly serial: string | null;
  readonly notAfter: EpochMs | null;
}

/** Each call is one transaction, durable when it resolves. */
export interface DeviceIdentities {
  /** Idempotent; a key whose certificate has ended or was revoked waits again. */
  enrol(request: Enrolment, at: EpochMs): Promise<EnrolmentState>;
  /**
   * Idempotent, and in the audit. @param options.ahead also a key that has not asked yet.
   * @returns false when no such key waits.
   */
  approve(key: DeviceKeyName, by: By, options?: { readonly ahead: boolean }): Promise<boolean>;
  /** @returns the certificate to hand out: of two made at once for one key, the first. */
  keep(key: DeviceKeyName, made: IssuedCertificate): Promise<IssuedCertificate>;
  /**
   * Before a renewal is made: the next key stands as the current one does.
   * @returns `issued` when it has one that ends after `freshUntil`, `waiting` when the current one
   * does not count any more.
   */
  succeed(
    current: CertificateName,
    next: DeviceKeyName,
    when: RenewalTime,
  ): Promise<EnrolmentState>;
  /** In the audit. */
  revoke(what: RevokedName, by: By): Promise<void>;
  isRevoked(certificate: CertificateName): Promise<boolean>;
  /** By device, those that wait first. */
  list(): Promise<readonly DeviceKey[]>;
}

export interface RevokedName {
  readonly device: string;
  /** Of one certificate; absent: the whole device. */
  readonly serial?: string | undefined;
}

export interface RenewalTime {
  readonly at: EpochMs;
  readonly freshUntil: EpochMs;
}
