/** The first root of a repository, and the next one: who may sign what from now on. */
import { type Key, Root } from '@tufjs/models';
import { type RoleMetadata, type RoleName, roleNames } from './metadata.ts';
import { expiryOf, mayStay, type Signing, sign, specVersion, versionAfter } from './sign-role.ts';

export type RoleKeys = Readonly<Record<RoleName, readonly Key[]>>;

/** @param rootThreshold so many root keys must sign a root; any one key signs another role. */
export function firstRoot(
  keys: RoleKeys,
  rootThreshold: number,
  signing: Signing,
): RoleMetadata<'root'> {
  const root = rootOf(keys, { version: 1, rootThreshold, expires: expiryOf('root', signing) });
  return sign('root', root, { roots: [root], signing });
}

/**
 * The same root, or the next: with these keys instead, or with a new term. The next root is signed
 * as the old one wants it and as itself wants it, so that a device with the old one goes along.
 */
export function nextRoot(
  before: RoleMetadata<'root'>,
  rotated: Partial<RoleKeys>,
  signing: Signing,
): RoleMetadata<'root'> {
  const isRotation = Object.keys(rotated).length > 0;
  if (!isRotation && mayStay(before.content, before, signing)) return before;
  const root = rootOf(
    { ...keysOf(before.content), ...rotated },
    {
      version: versionAfter(before),
      rootThreshold: before.content.roles.root?.threshold ?? 1,
      expires: expiryOf('root', signing),
    },
  );
  return sign('root', root, { roots: [before.content, root], signing });
}

interface RootTerms {
  readonly version: number;
  readonly rootThreshold: number;
  readonly expires: string;
}

function rootOf(keys: RoleKeys, { version, rootThreshold, expires }: RootTerms): Root {
  const all = roleNames.flatMap((role) => keys[role]);
  const roles = roleNames.map((role) => [
    role,
    {
      keyids: keys[role].map(({ keyID }) => keyID),
      threshold: role === 'root' ? rootThreshold : 1,
    },
  ]);
  return Root.fromJSON({
    ...{ spec_version: specVersion, version, expires, consistent_snapshot: true },
    keys: Object.fromEntries(all.map((key) => [key.keyID, key.toJSON()])),
    roles: Object.fromEntries(roles),
  });
}

function keysOf({ roles, keys }: Root): RoleKeys {
  const ofRole = (role: RoleName) =>
    (roles[role]?.keyIDs ?? []).map((id) => keys[id]).filter((key) => key !== undefined);
  return {
    root: ofRole('root'),
    timestamp: ofRole('timestamp'),
    snapshot: ofRole('snapshot'),
    targets: ofRole('targets'),
  };
}
