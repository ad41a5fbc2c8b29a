/**
 * What a device keeps of signed targets: its trusted metadata as one file, which targets are active
 * as another, and the targets themselves, each under the hash of its bytes. Each file is replaced
 * whole, so a cut leaves the old state or the new one. It judges nothing but whether bytes have the
 * hash that they are kept under.
 *
 *   trusted.json   the four roles' metadata       active.json   name → hash, since
 *   files/HASH     a target, complete and synced  files/HASH.part   a download that was cut off
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { EpochMs } from '../../device/clock.ts';
import { utf8 } from '../core/bytes.ts';
import { metadataBytesMax, metadataMembersMax, roleNames } from './metadata.ts';
import type { Target } from './target.ts';
import { besideOf, readWhole, replaceFile, type TargetsDisk } from './targets-disk.ts';
import { refused, trusted, type Verdict } from './targets-fault.ts';
import { restoreTrustedSet, type TrustedSet } from './trusted-set.ts';

/** Which bytes are in force, and since when where that matters to their user. */
export interface ActiveTarget {
  readonly sha256: string;
  readonly since?: EpochMs | undefined;
}

/** By a target's name. */
export type ActiveTargets = ReadonlyMap<string, ActiveTarget>;

export interface TargetsStore {
  /** Undefined when nothing was kept, or nothing that can be believed. */
  loadTrusted(): Promise<TrustedSet | undefined>;
  saveTrusted(set: TrustedSet): Promise<void>;
  loadActive(): Promise<ActiveTargets>;
  saveActive(active: ActiveTargets): Promise<void>;
  pathOf(sha256: string): string;
  /** Whether the file is there and its bytes have their hash. */
  holds(target: Target): Promise<boolean>;
  /** Keeps the bytes if they are the target's; reads no more of them than its length. */
  keep(target: Target, chunks: AsyncIterable<Uint8Array>): Promise<Verdict<string>>;
  remove(target: Target): Promise<void>;
  /** Removes downloads that were cut off, and files of other hashes than these. */
  removeAllBut(hashes: ReadonlySet<string>): Promise<void>;
}

export async function openTargetsStore(disk: TargetsDisk, folder: string): Promise<TargetsStore> {
  const files = join(folder, 'files');
  const pathOf = (sha256: string) => join(files, sha256);
  const trustedFile = join(folder, 'trusted.json');
  const activeFile = join(folder, 'active.json');
  await disk.makeFolder(files);
  await disk.syncFolder(folder);
  return {
    pathOf,
    loadTrusted: async () => trustedIn(await readWhole(disk, trustedFile, trustedBytesMax)),
    saveTrusted: (set) => replaceFile(disk, trustedFile, [trustedJson(set)]),
    loadActive: async () => activeIn(await readWhole(disk, activeFile, activeBytesMax)),
    saveActive: (active) => replaceFile(disk, activeFile, [json(Object.fromEntries(active))]),
    holds: (target) => holds(disk, pathOf(target.sha256), target),
    keep: (target, chunks) => keep(disk, pathOf(target.sha256), { target, chunks }),
    remove: ({ sha256 }) => disk.remove(pathOf(sha256)),
    async removeAllBut(hashes) {
      for (const name of await disk.list(files)) {
        if (!hashes.has(name)) await disk.remove(join(files, name));
      }
    },
  };
}

/** Texts within a text: every quote and line end of the metadata takes two bytes here. */
const trustedBytesMax = 2 * Object.values(metadataBytesMax).reduce((sum, max) => sum + max, 0);
const activeBytesMax = 256 * 1024;

const trustedShape = z.object({
  root: z.string(),
  timestamp: z.string().optional(),
  snapshot: z.string().optional(),
  targets: z.string().optional(),
});

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A hash alone is what devices kept that did not note the time yet. */
const activeEntry = z.union([
  hash.transform((sha256): ActiveTarget => ({ sha256 })),
  z.object({ sha256: hash, since: z.int().nonnegative().optional() }),
]);

const activeShape = z
  .record(z.string(), z.unknown())
  .refine((active) => Object.keys(active).length <= metadataMembersMax);

function trustedJson(set: TrustedSet): Uint8Array {
  const texts = roleNames.map((role) => [role, set[role] && textOf(set[role].bytes)]);
  return json(Object.fromEntries(texts));
}

function trustedIn(bytes: Uint8Array | undefined): TrustedSet | undefined {
  const kept = trustedShape.safeParse(fromJson(bytes));
  if (!kept.success) return undefined;
  const { root, ...rest } = kept.data;
  const others = Object.fromEntries(
    Object.entries(rest).flatMap(([role, text]) =>
      text === undefined ? [] : [[role, utf8(text)]],
    ),
  );
  const set = restoreTrustedSet(utf8(root), others);
  return set.ok ? set.value : undefined;
}

/** A newer release may have written it: what is not understood of it is left out, and no more. */
function activeIn(bytes: Uint8Array | undefined): ActiveTargets {
  const kept = activeShape.safeParse(fromJson(bytes));
  const active = new Map<string, ActiveTarget>();
  for (const [name, value] of Object.entries(kept.data ?? {})) {
    const entry = activeEntry.safeParse(value);
    if (entry.success) active.set(name, entry.data);
  }
  return active;
}

function json(value: unknown): Uint8Array {
  return utf8(`${JSON.stringify(value)}\n`);
}

function fromJson(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && JSON.parse(textOf(bytes));
  } catch {
    // Not what was written here: the medium failed, and nothing of it is believed.
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

async function holds(disk: TargetsDisk, path: string, target: Target): Promise<boolean> {
  const chunks = await disk.read(path);
  if (chunks === undefined) return false;
  const measure = createMeasure(target);
  for await (const chunk of chunks) if (!measure.take(chunk)) return false;
  return measure.fits();
}

interface Delivery {
  readonly target: Target;
  readonly chunks: AsyncIterable<Uint8Array>;
}

async function keep(
  disk: TargetsDisk,
  path: string,
  { target, chunks }: Delivery,
): Promise<Verdict<string>> {
  const measure = createMeasure(target);
  const beside = besideOf(path);
  await disk.write(beside, takeWhile(chunks, measure.take));
  if (!measure.fits()) {
    await disk.remove(beside);
    return measure.isOver()
      ? refused('targets/too-long', `${target.name}: over ${target.length} bytes`)
      : refused('targets/mismatch', `${target.name}: other bytes than listed`);
  }
  await disk.rename(beside, path);
  await disk.syncFolder(join(path, '..'));
  return trusted(path);
}

async function* takeWhile(
  chunks: AsyncIterable<Uint8Array>,
  take: (chunk: Uint8Array) => boolean,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    if (!take(chunk)) return;
    yield chunk;
  }
}

/** Length and hash of a target while its bytes pass. */
function createMeasure({ length, sha256 }: Target) {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    /** @returns false when there are too many. */
    take(chunk: Uint8Array): boolean {
      bytes += chunk.length;
      hash.update(chunk);
      return bytes <= length;
    },
    isOver: () => bytes > length,
    /** To be asked once. */
    fits: () => bytes === length && hash.digest('hex') === sha256,
  };
}
