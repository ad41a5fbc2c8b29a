import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { syntheticRecords } from '../../sim/bench/lists-entries.ts';
import { aListing, someNow } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { hex } from '../core/bytes.ts';
import { changesFrom } from './security-list-diff.ts';
import { writeListFile } from './security-list-file.ts';
import {
  compareRecords,
  type ListHeader,
  type ListRecord,
  recordOf,
} from './security-list-format.ts';
import { installSecurityList } from './security-list-install.ts';
import { type ListPlace, openSecurityLists } from './security-list-store.ts';

const key = (filler: number) => new Uint8Array(32).fill(filler);
const denied = (filler: number) => recordOf(key(filler), aListing());

function aPlace(): ListPlace {
  return { folder: join(aFolder(), 'lists'), keyVersion: 1 };
}

interface Made {
  readonly path: string;
  readonly header: ListHeader;
  readonly digest: Uint8Array;
}

async function aFullFile(
  records: readonly ListRecord[],
  change: Partial<ListHeader> = {},
): Promise<Made> {
  const path = join(aFolder(), 'full');
  const header = {
    ...{ listId: 'test', version: 1, keyVersion: 1, madeAt: someNow, entries: records.length },
    ...change,
  };
  const sorted = records.toSorted(compareRecords);
  return { path, header, digest: await writeListFile(path, { header, records: sorted }) };
}

async function aDelta(old: Made, next: Made, records: readonly ListRecord[]): Promise<string> {
  const path = join(aFolder(), 'delta');
  const { base, baseDigest, changes } = await changesFrom(
    old.path,
    records.toSorted(compareRecords),
  );
  const delta = {
    ...{ baseVersion: base.version, baseDigest, resultDigest: next.digest },
    changes: changes.length,
  };
  await writeListFile(path, { header: { ...next.header, delta }, records: changes });
  return path;
}

const oldRecords = [1, 2, 3, 4].map(denied);
const newRecords = [
  ...[2, 3, 5, 6].map(denied),
  recordOf(key(4), aListing({ until: someNow + 1 })),
];

async function twoVersions() {
  const old = await aFullFile(oldRecords);
  const next = await aFullFile(newRecords, { version: 2, madeAt: someNow + 5 });
  return { old, next, delta: await aDelta(old, next, newRecords) };
}

/** Which of the keys 1 to 6 are denied at {@link someNow}, and what the list says of itself. */
function answers(place: ListPlace) {
  const lists = openSecurityLists(place);
  try {
    const fillers = [1, 2, 3, 4, 5, 6].filter(
      (filler) => lists.lookup({ tokenKey: key(filler) }, someNow).length > 0,
    );
    return { fillers, version: lists.state()?.version, entries: lists.state()?.entries };
  } finally {
    lists.close();
  }
}

const asOld = { fillers: [1, 2, 3, 4], version: 1, entries: 4 };
const asNew = { fillers: [2, 3, 4, 5, 6], version: 2, entries: 5 };

/** Without what whoever only reads leaves beside them. */
const databasesIn = ({ folder }: { readonly folder: string }) =>
  readdirSync(folder)
    .filter((name) => !/-(wal|shm)$/.test(name))
    .toSorted();

test('replaces a list by the next full file and leaves nothing else behind', async () => {
  const place = aPlace();
  const { old, next } = await twoVersions();

  await installSecurityList(old.path, place);
  expect(answers(place)).toEqual(asOld);
  const installed = await installSecurityList(next.path, place);

  expect(installed).toMatchObject({ changed: true, state: { version: 2, madeAt: someNow + 5 } });
  expect(answers(place)).toEqual(asNew);
  expect(databasesIn(place)).toEqual(['1.2.db']);
});

test('applies a delta, after which the list is the same as by the full file', async () => {
  const place = aPlace();
  const { old, next, delta } = await twoVersions();
  await installSecurityList(old.path, place);
  const reader = openSecurityLists(place);
  onTestFinished(() => reader.close());

  const { changed, state } = await installSecurityList(delta, place);

  expect(changed).toBe(true);
  expect(hex(state.digest)).toBe(hex(next.digest));
  expect(answers(place)).toEqual(asNew);
  expect(reader.lookup({ tokenKey: key(5) }, someNow)).toHaveLength(1);
  expect(reader.lookup({ tokenKey: key(4) }, someNow + 1)).toHaveLength(0);
  expect(await installSecurityList(delta, place)).toMatchObject({ changed: false });
  expect(await installSecurityList(next.path, place)).toMatchObject({ changed: false });
});

test('keeps a list under a later identifier key beside its own', async () => {
  const place = aPlace();
  const files = await Promise.all(
    [1, 2, 3].map((version) => aFullFile([denied(version)], { version, keyVersion: version })),
  );
  for (const { path } of files) await installSecurityList(path, place);

  expect(databasesIn(place)).toEqual(['1.1.db', '3.1.db']);

  const later = { ...place, keyVersion: 3 };
  await installSecurityList(
    (await aFullFile([denied(4)], { version: 4, keyVersion: 3 })).path,
    later,
  );
  expect(databasesIn(place)).toEqual(['3.2.db']);
  expect(answers(later)).toMatchObject({ fillers: [4] });
});

async function refusal(path: string, place: ListPlace): Promise<unknown> {
  try {
    await installSecurityList(path, place);
    return 'installed';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

test('refuses what does not follow from the list in force', async () => {
  const place = aPlace();
  const { old, next, delta } = await twoVersions();
  expect(await refusal(delta, place)).toBe('lists/base-missing');
  await installSecurityList(next.path, place);
  const third = await aFullFile([denied(1)], { version: 3 });
  const other = await aFullFile([denied(1)], { version: 2 });

  expect(await refusal(old.path, place)).toBe('lists/older');
  expect(await refusal(other.path, place)).toBe('lists/other-content');
  expect(await refusal(await aDelta(old, third, [denied(1)]), place)).toBe('lists/base-missing');
  expect(await refusal(await aDelta(old, other, [denied(1)]), place)).toBe('lists/other-content');
  const foreign = await aFullFile([], { version: 9, listId: 'other' });
  expect(await refusal(foreign.path, place)).toBe('lists/other-list');
  expect(await refusal(old.path, { ...place, keyVersion: 2 })).toBe('lists/other-key');
  expect(await refusal(join(place.folder, 'nothing'), place)).toBe('lists/cannot-open');
  expect(answers(place)).toEqual(asNew);
});

test('refuses a delta of another base that has the same version', async () => {
  const place = aPlace();
  const { old, next } = await twoVersions();
  const twin = await aFullFile([denied(1)]);
  await installSecurityList(old.path, place);

  expect(await refusal(await aDelta(twin, next, newRecords), place)).toBe('lists/base-missing');
  expect(answers(place)).toEqual(asOld);
});

test.each([
  ['takes out what is not there', [{ ...denied(5), removed: true }], 3],
  ['ends with another number of entries', [denied(5)], 4],
])('leaves the list alone when a delta %s', async (_, records, entries) => {
  const place = aPlace();
  const old = await aFullFile(oldRecords);
  await installSecurityList(old.path, place);
  const path = join(aFolder(), 'delta');
  const delta = {
    ...{ baseVersion: 1, baseDigest: old.digest, resultDigest: key(9), changes: records.length },
  };
  await writeListFile(path, { header: { ...old.header, version: 2, entries, delta }, records });

  expect(await refusal(path, place)).toBe('lists/damaged');
  expect(answers(place)).toEqual(asOld);
});

const asBefore = { fillers: [1, 2], version: 1, entries: 2 };
const asAfter = { fillers: [2, 3], version: 2, entries: 2 };

test.each(['full', 'delta'])(
  'a %s cut at any byte changes nothing',
  async (which) => {
    const place = aPlace();
    const old = await aFullFile([denied(1), denied(2)]);
    const after = [denied(2), denied(3)];
    const next = await aFullFile(after, { version: 2 });
    await installSecurityList(old.path, place);
    const path = which === 'full' ? next.path : await aDelta(old, next, after);
    const bytes = readFileSync(path);

    for (let length = 0; length < bytes.length; length += 1) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(await refusal(path, place)).toBe('lists/damaged');
      if (length % 16 === 0) expect(answers(place)).toEqual(asBefore);
    }

    expect(answers(place)).toEqual(asBefore);
    expect(databasesIn(place)).toEqual(['1.1.db']);
    writeFileSync(path, bytes);
    await installSecurityList(path, place);
    expect(answers(place)).toEqual(asAfter);
  },
  60_000,
);

test('stops when it is told to, and changes nothing', async () => {
  const place = aPlace();
  const { old, next } = await twoVersions();
  await installSecurityList(old.path, place);

  const stopping = installSecurityList(next.path, place, { signal: AbortSignal.abort() });

  await expect(stopping).rejects.toMatchObject({ code: 'lists/stopped' });
  expect(answers(place)).toEqual(asOld);
});

const installModule = new URL('./security-list-install.ts', import.meta.url).href;

/** Installs in a process of its own, which says when it begins. */
async function installElsewhere(path: string, place: ListPlace): Promise<ChildProcess> {
  const program = `
    const { installSecurityList } = await import(${JSON.stringify(installModule)});
    process.stdout.write('go');
    await installSecurityList(${JSON.stringify(path)}, ${JSON.stringify(place)});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout ?? child, 'data');
  return child;
}

test.each(['full', 'delta'] as const)(
  'a process killed while it installs a %s leaves the old list or the new one',
  async (which) => {
    const place = aPlace();
    const [before, after] = [[...syntheticRecords(20_000, 1)], [...syntheticRecords(20_001, 2)]];
    const old = await aFullFile(before);
    const next = await aFullFile(after, { version: 2 });
    const path = which === 'full' ? next.path : await aDelta(old, next, after);
    await installSecurityList(old.path, place);
    const versions: (number | undefined)[] = [];

    for (let killAfter = 10; versions.at(-1) !== 2; killAfter = Math.ceil(killAfter * 1.6)) {
      const child = await installElsewhere(path, place);
      const ended = once(child, 'exit');
      await Promise.race([delay(killAfter), ended]);
      child.kill('SIGKILL');
      await ended;
      versions.push(versionThatAnswers(place, before, after));
    }

    expect(versions.filter((version) => version === 1).length).toBeGreaterThan(2);
    await installSecurityList(path, place);
    expect(readdirSync(place.folder).filter((name) => name.startsWith('building'))).toEqual([]);
  },
  120_000,
);

/** Looks some keys of both lists up; a list that is neither of them fails. */
function versionThatAnswers(
  place: ListPlace,
  before: readonly ListRecord[],
  after: readonly ListRecord[],
): number | undefined {
  const lists = openSecurityLists(place);
  try {
    const version = lists.state()?.version;
    const [there, gone] = version === 1 ? [before, after] : [after, before];
    const some = (records: readonly ListRecord[]) =>
      records.filter((_, index) => index % 599 === 0);
    expect(some(there).every(({ key: one }) => lists.entriesOf(one).length === 1)).toBe(true);
    expect(some(gone).every(({ key: one }) => lists.entriesOf(one).length === 0)).toBe(true);
    return version;
  } finally {
    lists.close();
  }
}
