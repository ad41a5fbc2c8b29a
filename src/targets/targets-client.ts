/**
 * A device's view of signed targets: refreshes what is trusted, fetches files that it lists, puts
 * them in force once their user has accepted them. Whatever a source does, what is active stays
 * active: nothing but `activate` with an accepted file replaces it, expired metadata least of all.
 *
 *   refresh ─ what is listed ─ fetchTarget ─ held ─ activate(accept) ─ active
 */
import type { EpochMs } from '../../device/clock.ts';
import { messageOf } from '../../device/message-of.ts';
import type { RoleName } from './metadata.ts';
import { updateRest, updateRoots } from './refresh-steps.ts';
import { repositoryName, type Target, targetNamed, targetsOf } from './target.ts';
import { createTargetsDisk, type TargetsDisk } from './targets-disk.ts';
import {
  refused,
  TargetsError,
  type TargetsFault,
  trusted,
  type Verdict,
} from './targets-fault.ts';
import type { Visit } from './targets-source.ts';
import { type ActiveTargets, openTargetsStore, type TargetsStore } from './targets-store.ts';
import { expiredRole, isComplete, type TrustedSet, trustFirstRoot } from './trusted-set.ts';

export interface TargetsClientOptions {
  /** Kept by one client of one process at a time. */
  readonly folder: string;
  /** The root that came with the device; a newer one that was kept since has precedence. */
  readonly firstRoot: Uint8Array;
  readonly disk?: TargetsDisk;
}

export type Versions = Readonly<Partial<Record<RoleName, number>>>;

export interface Refreshed {
  /** Why nothing new is believed; absent: the trusted metadata is the source's, and in force. */
  readonly fault?: TargetsFault;
  readonly versions: Versions;
  /** Listed targets whose listed bytes are not active. */
  readonly waiting: readonly Target[];
}

export interface HeldTarget extends Target {
  readonly path: string;
}

/**
 * Undefined: it can be used from now on; otherwise why it cannot, or not yet. What it throws is a
 * complaint too. It must not call the client, which waits for it.
 */
export type Accept = (held: HeldTarget) => Promise<string | undefined>;

export interface TargetsClient {
  /** Never rejects for what the source says; @throws when source or disk fail. */
  refresh(visit: Visit): Promise<Refreshed>;
  /**
   * Makes the listed bytes of a target held on disk, complete and checked: reads them all once.
   * @param visit absent: only what is held already.
   */
  fetchTarget(name: string, visit?: Visit): Promise<Verdict<HeldTarget>>;
  /**
   * Puts held bytes in force, durably, if they are listed still and `accept` takes them. Needs no
   * source and no time: what was fetched while its metadata was in force may wait for its day.
   * @param since from when on it counts here, kept beside its hash.
   */
  activate(name: string, accept: Accept, since?: EpochMs): Promise<Verdict<HeldTarget>>;
  /** Removes held bytes that whoever used them needs no more; those in force stay. */
  release(target: Target): Promise<void>;
  readonly versions: Versions;
  /** What the trusted metadata lists, in force or out of it. */
  readonly listed: readonly Target[];
  /** The file in force. Its bytes were checked when it was activated; whoever reads it checks its form. */
  activePath(name: string): string | undefined;
  /** As it was activated with; undefined when that was without. */
  activeSince(name: string): EpochMs | undefined;
  /** How old the word of the office is: when the trusted timestamp ends; absent: there is none. */
  readonly trustedUntil: EpochMs | undefined;
}

/** @throws TargetsError when the first root is none, or the folder fails. */
export async function createTargetsClient(options: TargetsClientOptions): Promise<TargetsClient> {
  const first = trustFirstRoot(options.firstRoot);
  if (!first.ok) {
    const hint = 'give the device the repository’s metadata/1.root.json, or a newer root of it';
    throw new TargetsError('targets/no-root', first.fault.detail, hint);
  }
  const store = await openTargetsStore(options.disk ?? createTargetsDisk(), options.folder);
  let set = (await store.loadTrusted()) ?? first.value;
  let active = await store.loadActive();
  await prune(store, set, active);
  const inTurn = createTurns();

  const saveSet = async (next: TrustedSet) => {
    if (next === set) return;
    await store.saveTrusted(next);
    set = next;
  };
  const saveActive = async (next: ActiveTargets) => {
    await store.saveActive(next);
    active = next;
    await prune(store, set, active);
  };

  return {
    refresh: (visit) =>
      inTurn(async () => {
        const roots = await updateRoots(set, visit, saveSet);
        const rest = roots.ok ? await updateRest(set, visit) : roots;
        if (rest.ok) await saveSet(rest.value);
        return refreshedBy(rest, set, active);
      }),
    fetchTarget: (name, visit) => inTurn(() => fetchTarget({ store, set }, name, visit)),
    activate: (name, accept, since) =>
      inTurn(async () => {
        const held = await acceptedOf({ store, set, active }, name, accept);
        if (!held.ok || active.get(name)?.sha256 === held.value.sha256) return held;
        const { sha256 } = held.value;
        await saveActive(new Map(active).set(name, { sha256, since }));
        return held;
      }),
    release: (target) =>
      inTurn(async () => {
        const isActive = hashesOf(active).includes(target.sha256);
        if (!isActive) await store.remove(target);
      }),
    get versions() {
      return versionsOf(set);
    },
    get listed() {
      return targetsOf(set);
    },
    activePath(name) {
      const found = active.get(name);
      return found && store.pathOf(found.sha256);
    },
    activeSince: (name) => active.get(name)?.since,
    get trustedUntil() {
      const expires = set.timestamp?.content.expires;
      return expires === undefined ? undefined : Date.parse(expires);
    },
  };
}

/** One thing after the other: two visits at once, by link and by stick, must not undo each other. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.then(
      () => undefined,
      // Whoever called sees the failure; the next in turn starts regardless.
      () => undefined,
    );
    return mine;
  };
}

function refreshedBy(
  result: Verdict<TrustedSet>,
  set: TrustedSet,
  active: ActiveTargets,
): Refreshed {
  const waiting = targetsOf(set).filter(({ name, sha256 }) => active.get(name)?.sha256 !== sha256);
  return { versions: versionsOf(set), waiting, ...(!result.ok && { fault: result.fault }) };
}

function versionsOf(set: TrustedSet): Versions {
  return {
    root: set.root.content.version,
    ...(set.timestamp && { timestamp: set.timestamp.content.version }),
    ...(set.snapshot && { snapshot: set.snapshot.content.version }),
    ...(set.targets && { targets: set.targets.content.version }),
  };
}

interface Holding {
  readonly store: TargetsStore;
  readonly set: TrustedSet;
}

async function fetchTarget(
  { store, set }: Holding,
  name: string,
  visit: Visit | undefined,
): Promise<Verdict<HeldTarget>> {
  const target = targetNamed(set, name);
  if (target === undefined) return unknownTarget();
  const held = { ...target, path: store.pathOf(target.sha256) };
  if (await store.holds(target)) return trusted(held);
  if (visit === undefined) return notFetched();
  const expired = expiredRole(set, visit.now);
  if (expired !== undefined) return refused('targets/expired', `${expired} is out of force`);
  const chunks = await visit.source.open('files', repositoryName(target), visit.signal);
  if (chunks === undefined) return refused('targets/missing', 'the source has not its file');
  const kept = await store.keep(target, chunks);
  return kept.ok ? trusted(held) : kept;
}

async function acceptedOf(
  { store, set, active }: Holding & { readonly active: ActiveTargets },
  name: string,
  accept: Accept,
): Promise<Verdict<HeldTarget>> {
  const target = targetNamed(set, name);
  if (target === undefined) return unknownTarget();
  if (active.get(name)?.sha256 === target.sha256) {
    return trusted({ ...target, path: store.pathOf(target.sha256) });
  }
  if (!(await store.holds(target))) return notFetched();
  const held = { ...target, path: store.pathOf(target.sha256) };
  const complaint = await complaintOf(held, accept);
  return complaint === undefined ? trusted(held) : refused('targets/not-accepted', complaint);
}

/** A reader that chokes on a file has not accepted it: the good one stays, whatever was thrown. */
async function complaintOf(held: HeldTarget, accept: Accept): Promise<string | undefined> {
  try {
    return await accept(held);
  } catch (error) {
    return messageOf(error);
  }
}

function notFetched() {
  return refused('targets/missing', 'it was not fetched yet');
}

function unknownTarget() {
  return refused('targets/unknown-target', 'no trusted metadata lists it');
}

/** While a set is incomplete nobody knows what it will list: everything is kept. */
async function prune(store: TargetsStore, set: TrustedSet, active: ActiveTargets): Promise<void> {
  if (!isComplete(set)) return;
  const listed = targetsOf(set).map(({ sha256 }) => sha256);
  await store.removeAllBut(new Set([...hashesOf(active), ...listed]));
}

function hashesOf(active: ActiveTargets): readonly string[] {
  return [...active.values()].map(({ sha256 }) => sha256);
}
