/**
 * `halte bench lists`: a security list of ten million entries, from its file to a lookup. It takes
 * as much room in the temporary folder as file and database need together, about 900 MB.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../device/clock.ts';
import { installListInThread } from '../../src/runtime/work-thread.ts';
import { writeListFile } from '../../src/store/security-list-file.ts';
import { type ListRecord, recordOf } from '../../src/store/security-list-format.ts';
import type { Installed } from '../../src/store/security-list-install.ts';
import type { ListPlace } from '../../src/store/security-list-store.ts';
import { syntheticRecords } from './lists-entries.ts';
import type { LookupFigures, LookupJob } from './lists-lookup.ts';

export interface ListsBenchDeps {
  readonly clock: Pick<Clock, 'monotonicNow'>;
  readonly signal: AbortSignal;
  readonly onPhase: (text: string) => void;
}

export interface ListsBenchOptions {
  /** At least 10,000. */
  readonly entries: number;
  readonly rounds: number;
  /** Lookups of each kind in a round. */
  readonly samples: number;
}

export interface Step {
  readonly seconds: number;
  /** The longest that nobody else had a turn in this process, milliseconds. */
  readonly heldUpMs: number;
}

export interface ListsFigures extends LookupFigures {
  readonly writing: Step;
  readonly installing: Step;
  readonly changing: Step & { readonly changes: number };
  readonly fileBytes: number;
  readonly deltaBytes: number;
}

const seed = 1;
const header = { listId: 'bench', version: 1, keyVersion: 1, madeAt: 1_785_000_000_000 };
/** Each thousandth entry is taken out by the delta, and another put beside the one in the middle. */
const changedEvery = 1_000;
const addedAt = 500;
/** Of each so many entries, one is looked up: not one of those. */
const keptAt = 7;
const keysMax = 20_000;
const smallEntries = 10;

/** @throws ListError `lists/stopped` */
export async function benchLists(
  options: ListsBenchOptions,
  deps: ListsBenchDeps,
): Promise<ListsFigures> {
  const { entries, rounds, samples } = options;
  const folder = mkdtempSync(join(tmpdir(), 'halte-bench-'));
  const place = { folder: join(folder, 'lists'), keyVersion: 1 };
  const [path, delta, keysFile] = ['list', 'delta', 'keys'].map((name) => join(folder, name));
  if (!path || !delta || !keysFile) throw new Error('three paths');
  try {
    const { signal } = deps;
    deps.onPhase(`writing ${entries} entries`);
    const records = withKeysKept(syntheticRecords(entries, seed), { entries, keysFile });
    const full = { header: { ...header, entries }, records };
    const [digest, writing] = await timed(deps, () => writeListFile(path, full, { signal }));
    deps.onPhase('installing them');
    const [, installing] = await timed(deps, () => installListInThread(path, place, signal));
    deps.onPhase('changing some by a delta');
    const changes = await writeDelta(delta, entries, digest);
    const changing = await change(delta, place, deps);
    deps.onPhase('looking some up');
    const smallPlace = await installSmall(folder);
    const figures = await lookupElsewhere({ place, smallPlace, keysFile, rounds, samples }, signal);
    const [fileBytes, deltaBytes] = [statSync(path).size, statSync(delta).size];
    const steps = { writing, installing, changing: { ...changing, changes } };
    return { ...figures, ...steps, fileBytes, deltaBytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function installSmall(folder: string): Promise<ListPlace> {
  const place = { folder: join(folder, 'small-lists'), keyVersion: 1 };
  const path = join(folder, 'small-list');
  const full = {
    header: { ...header, entries: smallEntries },
    records: syntheticRecords(smallEntries, seed),
  };
  await writeListFile(path, full);
  await installListInThread(path, place);
  return place;
}

function isChanged(index: number): boolean {
  return index % changedEvery === 0 || index % changedEvery === addedAt;
}

/** Notes keys that the delta leaves alone. */
function* withKeysKept(
  records: Iterable<ListRecord>,
  { entries, keysFile }: { readonly entries: number; readonly keysFile: string },
): Generator<ListRecord> {
  const file = openSync(keysFile, 'w');
  const every = Math.max(1, Math.floor(entries / keysMax));
  let index = 0;
  for (const record of records) {
    if (index % every === keptAt % every && !isChanged(index)) writeSync(file, record.key);
    yield record;
    index += 1;
  }
  closeSync(file);
}

async function writeDelta(path: string, entries: number, base: Uint8Array): Promise<number> {
  const records = [...changesOf(syntheticRecords(entries, seed))];
  const delta = {
    ...{ baseVersion: 1, baseDigest: base, changes: records.length },
    // Of a full file that nobody makes.
    resultDigest: new Uint8Array(base.length),
  };
  const added = records.filter(({ removed }) => !removed).length;
  const after = entries + added - (records.length - added);
  await writeListFile(path, { header: { ...header, version: 2, entries: after, delta }, records });
  return records.length;
}

function* changesOf(records: Iterable<ListRecord>): Generator<ListRecord> {
  const listing = { kind: 'account', effect: 'deny', reason: 'fraud' } as const;
  let index = 0;
  for (const record of records) {
    const step = index % changedEvery;
    index += 1;
    if (step === 0) yield { ...recordOf(record.key, listing), what: record.what, removed: true };
    if (step === addedAt) yield recordOf(record.key.with(31, 0xff), listing);
  }
}

async function change(delta: string, place: ListPlace, deps: ListsBenchDeps): Promise<Step> {
  const before = statSync(join(place.folder, '1.1.db')).ino;
  const install = () => installListInThread(delta, place, deps.signal);
  const [{ state }, step]: [Installed, Step] = await timed(deps, install);
  const isSame = statSync(join(place.folder, '1.1.db')).ino === before;
  if (state.version !== 2 || !isSame) throw new Error('the delta was not applied in place');
  return step;
}

async function timed<T>({ clock }: ListsBenchDeps, work: () => Promise<T>): Promise<[T, Step]> {
  const holdUps = monitorEventLoopDelay({ resolution: 1 });
  holdUps.enable();
  const start = clock.monotonicNow();
  const result = await work();
  const seconds = (clock.monotonicNow() - start) / 1_000;
  holdUps.disable();
  return [result, { seconds, heldUpMs: holdUps.max / 1e6 }];
}

async function lookupElsewhere(job: LookupJob, signal: AbortSignal): Promise<LookupFigures> {
  const child = fork(new URL('./lists-child.ts', import.meta.url), [JSON.stringify(job)], {
    signal,
  });
  const [message] = await Promise.race([once(child, 'message'), failureOf(child)]);
  return message;
}

async function failureOf(child: ReturnType<typeof fork>): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the process that looks up ended with ${code}`);
}
