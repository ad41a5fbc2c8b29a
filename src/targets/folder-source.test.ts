import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { someNow as now } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aRepository } from '../../sim/testing/targets-backend.ts';
import { createFolderSource } from './folder-source.ts';
import { createTargetsClient } from './targets-client.ts';

const init = { rootKeys: 3, rootThreshold: 2 };

test('brings targets from a stick into force, and keeps them when the stick is gone', async () => {
  const repository = aRepository(now);
  await repository.publish({ 'rules.bin': 'rules 1' }, { init });
  const stick = aFolder();
  cpSync(repository.folder, stick, { recursive: true });
  const firstRoot = readFileSync(join(stick, 'metadata', '1.root.json'));
  const device = await createTargetsClient({ folder: aFolder(), firstRoot });
  const visit = { source: createFolderSource(stick), now };

  const refreshed = await device.refresh(visit);
  const fetched = await device.fetchTarget('rules.bin', visit);
  rmSync(stick, { recursive: true });
  const activated = await device.activate('rules.bin', async ({ path }) =>
    readFileSync(path, 'utf8') === 'rules 1' ? undefined : 'other rules',
  );

  expect([refreshed.fault, fetched.ok, activated.ok]).toEqual([undefined, true, true]);
  expect(await device.refresh(visit)).toMatchObject({ fault: { code: 'targets/missing' } });
  expect(readFileSync(device.activePath('rules.bin') ?? '', 'utf8')).toBe('rules 1');
});

test.each<[string, (path: string) => void]>([
  ['no file', () => undefined],
  ['a folder', (path) => mkdirSync(path)],
  ['a link', (path) => symlinkSync('/dev/zero', path)],
  ['a pipe that nobody writes to', (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path])],
])('has nothing where a stick has %s', async (_what, make) => {
  const stick = aFolder();
  mkdirSync(join(stick, 'metadata'));
  make(join(stick, 'metadata', 'timestamp.json'));

  expect(await createFolderSource(stick).open('metadata', 'timestamp.json')).toBeUndefined();
});
