/** A target: a file that trusted metadata lists, such as the operator's rules or a deny list. */
import type { TargetFile } from '@tufjs/models';
import { isComplete, type TrustedSet } from './trusted-set.ts';

export interface Target {
  readonly name: string;
  /** Bytes. */
  readonly length: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What the office says of it besides; untyped, for whoever uses the target. */
  readonly custom: Readonly<Record<string, unknown>>;
}

/** A target that claims more is not listed: it would fill the data partition. */
export const targetBytesMax = 1024 * 1024 * 1024;

/** Flat and plain, for it becomes a file's name and part of a URL. */
const targetName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function isTargetName(name: string): boolean {
  return targetName.test(name);
}

/** As the repository names the file (consistent snapshots, TUF specification §6.2). */
export function repositoryName({ name, sha256 }: Target): string {
  return `${sha256}.${name}`;
}

/** What a complete set lists; what this device could not use is left out. */
export function targetsOf(set: TrustedSet): readonly Target[] {
  if (!isComplete(set)) return [];
  return Object.values(set.targets?.content.targets ?? {})
    .map(targetOf)
    .filter((target) => target !== undefined);
}

export function targetNamed(set: TrustedSet, name: string): Target | undefined {
  return targetsOf(set).find((target) => target.name === name);
}

/** SHA-256 alone is checked, and must be there: a device needs one name for the bytes. */
function targetOf({ path, length, hashes, custom }: TargetFile): Target | undefined {
  const sha256 = Object.hasOwn(hashes, 'sha256') ? (hashes.sha256 ?? '') : '';
  const isUsable =
    isTargetName(path) &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(length) &&
    length >= 0 &&
    length <= targetBytesMax;
  return isUsable ? { name: path, length, sha256, custom } : undefined;
}
