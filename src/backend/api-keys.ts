/**
 * Keys by which people and their programs speak to the office's side of the backend. Only the hash of
 * a key is kept: 256 random bits need no slow one, and nobody guesses them.
 */
import type { EpochMs } from '../../device/clock.ts';
import { utf8 } from '../core/bytes.ts';
import { sha256 } from '../core/crypto/sha256.ts';
import { noteInAudit } from './audit.ts';
import { ask, askOne, type SqlEngine, type SqlScript } from './sql-engine.ts';

/** `clerk` looks at money and taps, `inspector` at taps and devices, `admin` at all, and changes it. */
export const roles = ['clerk', 'inspector', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface KeyHolder {
  readonly name: string;
  readonly role: Role;
}

export interface ApiKey extends KeyHolder {
  readonly createdAt: EpochMs;
  /** Days since 1970. */
  readonly lastUsedDay: number | null;
  readonly revokedAt: EpochMs | null;
}

export interface ApiKeys {
  /** @param hash of the key, see {@link apiKeyHash}. @returns false when the name was given before. */
  add(holder: KeyHolder, hash: Uint8Array, by: By): Promise<boolean>;
  /** @returns false when no key in force has the name. */
  revoke(name: string, by: By): Promise<boolean>;
  /** By name, revoked ones too: a name is never given twice. */
  list(): Promise<readonly ApiKey[]>;
  /** @returns undefined when no key in force has the hash. */
  holderOf(hash: Uint8Array, at: EpochMs): Promise<KeyHolder | undefined>;
}

/** Who changes something, and when. */
export interface By {
  readonly by: string;
  readonly at: EpochMs;
}

const prefix = 'halte_';
const keyBytes = 32;
const keyText = /^halte_[A-Za-z0-9_-]{43}$/;
const dayMs = 24 * 60 * 60 * 1_000;

/** @param secret 32 random bytes. @returns what its holder keeps. */
export function apiKeyText(secret: Uint8Array): string {
  if (secret.length !== keyBytes) throw new RangeError(`a key of ${secret.length} bytes`);
  return prefix + Buffer.from(secret).toString('base64url');
}

/** @returns undefined for what is no key at all. */
export function apiKeyHash(text: string): Uint8Array | undefined {
  return keyText.test(text) ? sha256(utf8(text)) : undefined;
}

export function createApiKeys({ transact }: SqlEngine): ApiKeys {
  return {
    add: (holder, hash, by) => transact(() => add(holder, hash, by)),
    revoke: (name, by) => transact(() => revoke(name, by)),
    list: () =>
      transact(() =>
        ask<ApiKey>(
          `select name, role, created_at as "createdAt", last_used_day as "lastUsedDay",
             revoked_at as "revokedAt" from api_key order by name`,
        ),
      ),
    holderOf: (hash, at) => transact(() => holderOf(hash, Math.floor(at / dayMs))),
  };
}

function* add({ name, role }: KeyHolder, hash: Uint8Array, by: By): SqlScript<boolean> {
  const added = yield* ask(
    `insert into api_key (name, role, key_hash, created_at) values (:name, :role, :hash, :at)
     on conflict do nothing returning name`,
    { name, role, hash, at: by.at },
  );
  if (added.length === 0) return false;
  yield* noteInAudit({ ...by, action: 'key-added', subject: `${name} (${role})` });
  return true;
}

function* revoke(name: string, by: By): SqlScript<boolean> {
  const revoked = yield* ask(
    `update api_key set revoked_at = :at where name = :name and revoked_at is null
     returning name`,
    { name, at: by.at },
  );
  if (revoked.length === 0) return false;
  yield* noteInAudit({ ...by, action: 'key-revoked', subject: name });
  return true;
}

/** Which day is enough to find keys that nobody uses, and spares a write for each request. */
function* holderOf(hash: Uint8Array, day: number): SqlScript<KeyHolder | undefined> {
  const holder = yield* askOne<KeyHolder & { readonly day: number | null }>(
    `select name, role, last_used_day as day from api_key
     where key_hash = :hash and revoked_at is null`,
    { hash },
  );
  if (holder === undefined) return undefined;
  const { name, role } = holder;
  if (holder.day !== day) {
    yield* ask('update api_key set last_used_day = :day where name = :name', { name, day });
  }
  return { name, role };
}
