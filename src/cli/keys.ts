/** `halte keys`: who may speak to the office's side of a backend, on its database. */
import type { Clock, Entropy } from '../../device/clock.ts';
import { type ApiKey, apiKeyHash, apiKeyText, type Role } from '../backend/api-keys.ts';
import type { BackendStore } from '../backend/backend-store.ts';
import { openDatabaseOf, openLedgerOf } from './backend-database.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';

export interface KeysOptions {
  /** `sqlite:FILE` or `postgres://…`. */
  readonly db: string;
  readonly json?: boolean;
}

export interface KeysDeps {
  readonly io: CliIo;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Whoever has the database needs no key. */
const by = 'command';
const keyBytes = 32;

/** Prints the key: it is shown this once. @throws CliError when the name was given before. */
export async function addKey(
  name: string,
  { role, ...options }: KeysOptions & { readonly role: Role },
  { io, clock, entropy }: KeysDeps,
): Promise<ExitCode> {
  const key = apiKeyText(entropy.bytes(keyBytes));
  const hash = apiKeyHash(key) ?? new Uint8Array();
  const added = await withStore(await openDatabaseOf(options.db), ({ apiKeys }) =>
    apiKeys.add({ name, role }, hash, { by, at: clock.wallNow() }),
  );
  if (!added) {
    const hint = 'a name is given once, so that the record of changes stays clear: choose another';
    throw new CliError('keys/name-taken', `there was a key ${name} already`, hint);
  }
  if (options.json === true) io.out(JSON.stringify({ name, role, key }));
  else {
    io.out(key);
    io.err(`→ keep it now: it is not shown again; "halte keys revoke ${name}" ends it`);
  }
  return 0;
}

export async function revokeKey(
  name: string,
  { db }: KeysOptions,
  { io, clock }: KeysDeps,
): Promise<ExitCode> {
  const revoked = await withStore(await openLedgerOf(db), ({ apiKeys }) =>
    apiKeys.revoke(name, { by, at: clock.wallNow() }),
  );
  if (!revoked) {
    const hint = '"halte keys list" shows them';
    throw new CliError('keys/no-such-key', `there is no key ${name} in force`, hint);
  }
  io.out(`${name} is revoked`);
  return 0;
}

export async function listKeys({ db, json }: KeysOptions, { io }: KeysDeps): Promise<ExitCode> {
  const keys = await withStore(await openLedgerOf(db), ({ apiKeys }) => apiKeys.list());
  if (json === true) for (const key of keys) io.out(JSON.stringify(key));
  else for (const line of [heading, ...keys.map(lineOf)]) io.out(line);
  return 0;
}

const heading = line('name', 'role', 'made', 'last used', 'revoked');

function lineOf({ name, role, createdAt, lastUsedDay, revokedAt }: ApiKey): string {
  const used = lastUsedDay === null ? 'never' : dayOf(lastUsedDay * dayMs);
  return line(name, role, dayOf(createdAt), used, revokedAt === null ? '-' : dayOf(revokedAt));
}

const dayMs = 24 * 60 * 60 * 1_000;

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function line(name: string, role: string, ...days: readonly string[]): string {
  return [name.padEnd(24), role.padEnd(10), ...days.map((day) => day.padEnd(11))]
    .join(' ')
    .trimEnd();
}

async function withStore<T>(
  store: BackendStore,
  use: (store: BackendStore) => Promise<T>,
): Promise<T> {
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
