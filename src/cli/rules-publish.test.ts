import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { someNow } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { day } from '../../sim/testing/targets-office.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { createFolderSource } from '../targets/folder-source.ts';
import type { Published } from '../targets/publish.ts';
import { createTargetsClient } from '../targets/targets-client.ts';
import { type PublishOptions, publishRules } from './rules-publish.ts';

/** A desk: a file to publish, a folder for keys, a repository to be. */
function aDesk() {
  const home = aFolder();
  const [repository, keys, safe] = ['repository', 'keys', 'safe'].map((name) =>
    join(home, name),
  ) as [string, string, string];
  const rules = join(home, 'rules.bin');
  writeFileSync(rules, 'rules 1');
  const entropy = createSimEntropy(3);
  const desk = { now: someNow };
  const run = async (files: readonly string[], over: Partial<PublishOptions> = {}) => {
    const io = createTestIo();
    const options = { repository, keys: [keys], ...over };
    await publishRules(files, options, { io, now: desk.now, entropy });
    return io.outs;
  };
  const json = async (files: readonly string[], over: Partial<PublishOptions> = {}) =>
    JSON.parse((await run(files, { ...over, json: true }))[0] ?? '') as Published;
  /** Takes the keys of a role away, as the ceremony does with those of the root. */
  const lockAway = (role: string) => {
    mkdirSync(safe, { recursive: true });
    for (const name of readdirSync(keys)) {
      if (name.startsWith(`${role}-`)) renameSync(join(keys, name), join(safe, name));
    }
  };
  return Object.assign(desk, { repository, keys, safe, rules, run, json, lockAway });
}

type Desk = ReturnType<typeof aDesk>;

async function refreshed({ repository, now }: Desk) {
  const firstRoot = readFileSync(join(repository, 'metadata', '1.root.json'));
  const device = await createTargetsClient({ folder: aFolder(), firstRoot });
  return device.refresh({ source: createFolderSource(repository), now });
}

const versionsOf = ({ roles }: Published) => roles.map(({ version }) => version);
const newRoles = ({ roles }: Published) =>
  roles.filter(({ isNew }) => isNew).map(({ role }) => role);

test('makes a repository that a device believes, and keys for their owner alone', async () => {
  const desk = aDesk();

  const published = await desk.json([desk.rules], { init: true });

  expect(await refreshed(desk)).toMatchObject({ waiting: [{ name: 'rules.bin', length: 7 }] });
  expect(versionsOf(published)).toEqual([1, 1, 1, 1]);
  expect(published.roles[0]).toMatchObject({ role: 'root', expires: '2028-11-01T00:00:00Z' });
  expect(published.roles[1]).toMatchObject({ role: 'timestamp', expires: '2026-11-16T00:00:00Z' });
  const roles = readdirSync(desk.keys).map((name) => name.split('-')[0]);
  expect(roles.toSorted()).toEqual(['root', 'root', 'root', 'snapshot', 'targets', 'timestamp']);
  expect(published.newKeys.map((file) => statSync(file).mode & 0o777)).toEqual(
    Array(6).fill(0o600),
  );
  expect(published.newKeys[0]).toMatch(/root-[0-9a-f]{8}\.pem$/);
});

test('prints what it did as a table', async () => {
  const desk = aDesk();
  await desk.run([], { init: true });

  const lines = await desk.run([desk.rules]);

  const shape = lines.map((line) => line.replaceAll(/[0-9a-f]{8,64}/g, 'ID'));
  expect(shape).toEqual([
    'role        version  expires                 now       signed by',
    'root        1        2028-11-01T00:00:00Z    as it was ID ID ID',
    'timestamp   2        2026-11-16T00:00:00Z    signed    ID',
    'snapshot    2        2026-11-16T00:00:00Z    signed    ID',
    'targets     2        2027-11-02T00:00:00Z    signed    ID',
    '',
    'target                            bytes       sha256',
    'rules.bin                         7           ID',
  ]);
});

test('needs the online keys alone where nothing but time has passed', async () => {
  const desk = aDesk();
  await desk.json([desk.rules], { init: true });
  for (const role of ['root', 'targets']) desk.lockAway(role);
  desk.now += 3 * day;

  const next = await desk.json([desk.rules]);
  desk.now += 9 * day;
  const later = await desk.json([]);

  expect(newRoles(next)).toEqual(['timestamp']);
  expect(newRoles(later)).toEqual(['timestamp', 'snapshot']);
  expect(await refreshed(desk)).not.toHaveProperty('fault');
});

test('signs anew in time what it has the keys for', async () => {
  const desk = aDesk();
  await desk.json([desk.rules], { init: true });
  desk.now += 366 * day;

  const published = await desk.json([], { expireDays: '30' });

  expect(versionsOf(published)).toEqual([2, 2, 2, 2]);
  expect(await refreshed(desk)).not.toHaveProperty('fault');
});

test('warns while there is time to fetch the keys of a role', async () => {
  const desk = aDesk();
  await desk.json([desk.rules], { init: true });
  desk.lockAway('targets');
  desk.now += 320 * day;

  const lines = await desk.run([]);

  expect(lines[4]).toMatch(/^targets +1 .* ends in 45 days: bring its keys$/);
});

test('leads devices from old keys to new ones, and back when a stick of two is at hand', async () => {
  const desk = aDesk();
  await desk.json([desk.rules], { init: true });
  desk.lockAway('root');
  const [lost = ''] = readdirSync(desk.safe);
  renameSync(join(desk.safe, lost), join(aFolder(), lost));

  const published = await desk.json([], {
    ...{
      keys: [`${desk.keys}-new`, desk.keys, desk.safe],
      rotateRoot: true,
      rotateTargets: true,
      rotateOnline: true,
    },
  });

  expect(published.newKeys).toHaveLength(6);
  expect(published.roles[0]?.signedBy).toHaveLength(5);
  expect(await refreshed(desk)).toMatchObject({ versions: { root: 2, targets: 2 } });
});

test('withdraws a target', async () => {
  const desk = aDesk();
  await desk.json([desk.rules], { init: true });

  const published = await desk.json([], { withdraw: ['rules.bin'] });

  expect(published.targets).toEqual([]);
});

test.each<[string, string, (desk: Desk) => Promise<unknown>]>([
  ['a second --init', 'targets/repository-exists', ({ run }) => run([], { init: true })],
  ['no repository', 'targets/no-repository', ({ run }) => run([], { repository: '/nowhere' })],
  [
    'new keys among old ones',
    'targets/key-exists',
    ({ run, safe }) => run([], { init: true, repository: `${safe}-2` }),
  ],
  ['no folder of keys', 'targets/key-missing', ({ run }) => run([], { keys: ['/nowhere'] })],
  ['a file that is not there', 'targets/bad-request', ({ run }) => run(['/nowhere/rules.bin'])],
  ['a name that is none', 'targets/bad-request', ({ run }) => run(['/etc/.hidden'])],
  [
    'an unknown target to withdraw',
    'targets/bad-request',
    ({ run }) => run([], { withdraw: ['x'] }),
  ],
  ['days that are none', 'targets/bad-request', ({ run }) => run([], { expireDays: '0' })],
  [
    'more signatures than keys',
    'targets/bad-request',
    ({ run }) => run([], { init: true, rootKeys: '2', rootThreshold: '3' }),
  ],
  [
    'a change without the targets key',
    'targets/key-missing',
    ({ run, lockAway, rules }) => {
      lockAway('targets');
      writeFileSync(rules, 'rules 2');
      return run([rules]);
    },
  ],
  [
    'new root keys without the old ones',
    'targets/key-missing',
    ({ run, lockAway }) => {
      lockAway('root');
      return run([], { rotateRoot: true });
    },
  ],
  [
    'a key that others may read',
    'config/invalid',
    ({ run, keys }) => {
      chmodSync(join(keys, readdirSync(keys)[0] ?? ''), 0o644);
      return run([]);
    },
  ],
  [
    'a PEM file of another kind',
    'targets/bad-key',
    ({ run, keys }) => {
      writeFileSync(join(keys, 'x.pem'), 'not a key', { mode: 0o600 });
      return run([]);
    },
  ],
  [
    'a repository whose timestamp is lost',
    'targets/repository-broken',
    async ({ run, repository, rules }) => {
      writeFileSync(rules, 'rules 2');
      await run([rules]);
      renameSync(join(repository, 'metadata/timestamp.json'), join(repository, 'lost.json'));
      return run([]);
    },
  ],
])('refuses %s, and leaves keys and repository as they were', async (_what, code, wrong) => {
  const desk = aDesk();
  await desk.json([desk.rules], { init: true });
  const keys = readdirSync(desk.keys).map((name) => readFileSync(join(desk.keys, name), 'utf8'));

  await expect(wrong(desk)).rejects.toMatchObject({ code, hint: expect.any(String) });

  const held = [desk.keys, desk.safe].flatMap((folder) =>
    folderIsThere(folder) ? readdirSync(folder) : [],
  );
  expect(held.filter((name) => name !== 'x.pem')).toHaveLength(keys.length);
  expect(readFileSync(join(desk.repository, 'metadata', '1.root.json')).length).toBeGreaterThan(0);
});

function folderIsThere(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false }) !== undefined;
}
