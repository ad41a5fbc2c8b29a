/** `halte devices`: who may be a device of a backend, on its database. */
import type { Clock } from '../../device/clock.ts';
import type { DeviceKey } from '../backend/identities.ts';
import { readFingerprint } from '../identity/key-fingerprint.ts';
import { openDatabaseOf, openLedgerOf } from './backend-database.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';

export interface DevicesOptions {
  /** `sqlite:FILE` or `postgres://…`. */
  readonly db: string;
  readonly json?: boolean;
}

export interface DevicesDeps {
  readonly io: CliIo;
  readonly clock: Clock;
}

/** Whoever has the database needs no key. */
const by = 'command';

export async function listDevices(
  { db, json }: DevicesOptions,
  { io }: DevicesDeps,
): Promise<ExitCode> {
  const store = await openLedgerOf(db);
  try {
    const keys = await store.identities.list();
    if (json === true) for (const key of keys) io.out(JSON.stringify(key));
    else for (const text of [heading, ...keys.map(lineOf)]) io.out(text);
    return 0;
  } finally {
    await store.close();
  }
}

export interface ApproveOptions extends DevicesOptions {
  /** Also a key that has not asked yet. */
  readonly ahead?: boolean;
}

/** @throws CliError when no such key waits. */
export async function approveDevice(
  device: string,
  typed: string,
  { options, deps }: { readonly options: ApproveOptions; readonly deps: DevicesDeps },
): Promise<ExitCode> {
  const fingerprint = readFingerprint(typed);
  if (fingerprint === undefined) {
    const hint = 'it has five groups of four letters and digits, as "halte provision" prints it';
    throw new CliError('devices/bad-fingerprint', `${typed} is no fingerprint`, hint);
  }
  const { ahead = false, db } = options;
  const store = await (ahead ? openDatabaseOf(db) : openLedgerOf(db));
  try {
    const when = { by, at: deps.clock.wallNow() };
    const approved = await store.identities.approve({ device, fingerprint }, when, { ahead });
    if (!approved) throw noSuchKey(device);
  } finally {
    await store.close();
  }
  deps.io.out(`${device} is approved with the key ${fingerprint}`);
  return 0;
}

export interface RevokeOptions extends DevicesOptions {
  /** Of one certificate. */
  readonly serial?: string;
}

export async function revokeDevice(
  device: string,
  { options, deps }: { readonly options: RevokeOptions; readonly deps: DevicesDeps },
): Promise<ExitCode> {
  const serial = options.serial?.toLowerCase();
  if (serial !== undefined && !/^[0-9a-f]{2,40}$/.test(serial)) {
    const hint = '"halte devices list" shows it';
    throw new CliError('devices/bad-serial', `${options.serial} is no serial number`, hint);
  }
  const store = await openLedgerOf(options.db);
  try {
    await store.identities.revoke({ device, serial }, { by, at: deps.clock.wallNow() });
  } finally {
    await store.close();
  }
  const what = serial === undefined ? device : `certificate ${serial} of ${device}`;
  deps.io.out(`${what} is revoked; its ledger stays`);
  return 0;
}

const widths = [20, 9, 24, 10, 32, 0];

const heading = line(['device', 'state', 'fingerprint', 'until', 'serial', 'note']);

function lineOf({ device, state, fingerprint, notAfter, serial, note }: DeviceKey): string {
  const until = notAfter === null ? '-' : new Date(notAfter).toISOString().slice(0, 10);
  // A stranger wrote the note: nothing of it may steer the terminal.
  const said = note.replaceAll(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, '·');
  return line([device, state, fingerprint, until, serial ?? '-', said]);
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}

function noSuchKey(device: string): CliError {
  const message = `no key of ${device} with that fingerprint waits`;
  const hint =
    'see "halte devices list" and compare it again; --ahead approves one that has not asked yet';
  return new CliError('devices/no-such-key', message, hint);
}
