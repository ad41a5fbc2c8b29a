/**
 * Whether enough of a role's keys signed some metadata. Ed25519 keys alone count; a key of another
 * kind is not an error, so that a root may name keys that only newer devices know.
 *
 * Source: TUF specification §4.2.1 (threshold: signatures by different keys), §5.3.4.
 */
import type { Key, Root } from '@tufjs/models';
import { verifyingKey } from '../core/crypto/verifying-key.ts';
import type { RoleMetadata, RoleName } from './metadata.ts';

/** @param root whose word on the role's keys and threshold is taken. */
export function isSignedBy(root: Root, signed: RoleMetadata<RoleName>): boolean {
  const role = root.roles[signed.role];
  if (role === undefined) return false;
  // Counted by the key itself: one key under two names is still one.
  const signers = new Set<string>();
  for (const id of role.keyIDs) {
    const key = keyNamed(root, id);
    if (key !== undefined && signs(key, signed)) signers.add(publicKeyOf(key));
  }
  return signers.size >= role.threshold;
}

/** The public keys of a role in hexadecimal, sorted: whether two roots mean the same keys. */
export function publicKeysOf(root: Root, role: RoleName): readonly string[] {
  const ids = root.roles[role]?.keyIDs ?? [];
  const keys = ids.map((id) => keyNamed(root, id)).filter((key) => key !== undefined);
  return [...new Set(keys.map(publicKeyOf))].toSorted();
}

/** @returns undefined for a key that does not count. */
function keyNamed(root: Root, id: string): Key | undefined {
  const key = Object.hasOwn(root.keys, id) ? root.keys[id] : undefined;
  if (key?.keyType !== 'ed25519' || key.scheme !== 'ed25519') return undefined;
  const text = publicKeyOf(key);
  if (!/^[0-9a-f]{64}$/.test(text)) return undefined;
  // Keys of small order, under which one signature holds for many messages, are turned away here.
  const isKey = verifyingKey('EdDSA', Uint8Array.from(Buffer.from(text, 'hex'))) !== undefined;
  return isKey ? key : undefined;
}

function publicKeyOf(key: Key): string {
  return key.keyVal.public ?? '';
}

function signs(key: Key, { metadata }: RoleMetadata<RoleName>): boolean {
  try {
    key.verifySignature(metadata);
    return true;
  } catch {
    // No signature of this key, or one that does not hold: the key did not sign.
    return false;
  }
}
