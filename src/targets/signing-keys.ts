/**
 * The office's signing keys: Ed25519 in PEM files (PKCS #8, RFC 8410), one file each, named for the
 * role and the beginning of the key's id. Which keys count is what the root says, not a file's name.
 */
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Key, Signature } from '@tufjs/models';
import type { Entropy } from '../../device/clock.ts';
import { messageOf } from '../../device/message-of.ts';
import { readSecretFile } from '../config/secret-file.ts';
import { hex } from '../core/bytes.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import type { RoleName } from './metadata.ts';
import { TargetsError } from './targets-fault.ts';

export interface SigningKey {
  readonly file: string;
  readonly key: Key;
  sign(message: Uint8Array): Signature;
}

/** So many characters of a key's id name it for people. */
const shownCharacters = 8;

export function shownKeyId(id: string): string {
  return id.slice(0, shownCharacters);
}

/** Every `.pem` file of the folders. @throws TargetsError, ConfigError naming the file. */
export function readSigningKeys(folders: readonly string[]): readonly SigningKey[] {
  return folders.flatMap((folder) => pemFilesIn(folder).map(readSigningKey));
}

function pemFilesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.pem'));
    return names.toSorted().map((name) => join(folder, name));
  } catch (error) {
    const hint = 'name the folder or the stick that has the keys, with --keys';
    throw new TargetsError('targets/key-missing', `${folder}: ${messageOf(error)}`, hint, error);
  }
}

/** A key that is in no file yet. */
export interface NewSigningKey extends SigningKey {
  readonly pem: string;
}

/** Nothing is written: a key is kept once it is known that it will be used. */
export function newSigningKey(folder: string, role: RoleName, entropy: Entropy): NewSigningKey {
  const seed = entropy.bytes(32);
  const secret = ed25519PrivateKey(seed);
  const file = join(folder, `${role}-${shownKeyId(keyOf(secret).keyID)}.pem`);
  return { ...signingKey(file, secret), pem: pemOf(seed) };
}

/** Writes it for its owner alone, durably; never over another. */
export function keepSigningKey({ file, pem }: NewSigningKey): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, pem, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    const hint = 'the folder must be writable, and no key is ever overwritten';
    throw new TargetsError('targets/key-exists', `${file}: ${messageOf(error)}`, hint, error);
  }
}

function readSigningKey(file: string): SigningKey {
  const text = readSecretFile(file);
  const seed = seedOf(file, text);
  return signingKey(file, ed25519PrivateKey(seed));
}

function seedOf(file: string, text: string): Uint8Array {
  const key = privateKeyIn(text);
  const jwk = key?.asymmetricKeyType === 'ed25519' ? key.export({ format: 'jwk' }) : {};
  if (typeof jwk.d === 'string') return Uint8Array.from(Buffer.from(jwk.d, 'base64url'));
  const hint = 'keep nothing but the keys of "halte rules publish" in the folder';
  throw new TargetsError('targets/bad-key', `${file} is no Ed25519 key without passphrase`, hint);
}

function privateKeyIn(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    // OpenSSL's message could tell of the key; that it is none is enough.
    return undefined;
  }
}

function pemOf(seed: Uint8Array): string {
  const d = Buffer.from(seed).toString('base64url');
  const x = Buffer.from(ed25519PrivateKey(seed).publicKey).toString('base64url');
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' });
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function signingKey(file: string, secret: Ed25519PrivateKey): SigningKey {
  const key = keyOf(secret);
  const sign = (message: Uint8Array) =>
    new Signature({ keyID: key.keyID, sig: hex(secret.sign(message)) });
  return { file, key, sign };
}

/** The id is the SHA-256 of the key's canonical JSON, as securesystemslib names keys. */
function keyOf({ publicKey }: Ed25519PrivateKey): Key {
  const publicHex = hex(publicKey);
  const canonical = `{"keytype":"ed25519","keyval":{"public":"${publicHex}"},"scheme":"ed25519"}`;
  return new Key({
    keyID: createHash('sha256').update(canonical).digest('hex'),
    keyType: 'ed25519',
    scheme: 'ed25519',
    keyVal: { public: publicHex },
  });
}
