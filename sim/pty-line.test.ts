import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createPtyLine, isSocatInstalled } from './pty-line.ts';

function aPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halte-pty-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'scanner');
}

const ptyTest = test.skipIf(!isSocatInstalled());

ptyTest('has the path while the line is plugged in (skipped without socat)', async () => {
  const path = aPath();
  const line = await createPtyLine({ path });
  onTestFinished(() => line.close());
  const seen = [existsSync(path)];

  await line.unplug();
  seen.push(existsSync(path));
  await line.replug();
  seen.push(existsSync(path));

  expect(seen).toEqual([true, false, true]);
});

ptyTest('leaves nothing behind when it is closed (skipped without socat)', async () => {
  const path = aPath();
  const line = await createPtyLine({ path });

  await line.close();
  await line.close();
  await line.send('lost');

  expect(readdirSync(join(path, '..'))).toEqual([]);
});

ptyTest('says why when socat cannot make the pair (skipped without socat)', async () => {
  const path = join(aPath(), 'no-such-folder', 'scanner');

  await expect(createPtyLine({ path })).rejects.toThrow('No such file or directory');
});

test('says how to install socat where it is missing', async () => {
  vi.stubEnv('PATH', '/nowhere');
  onTestFinished(() => void vi.unstubAllEnvs());

  expect(isSocatInstalled()).toBe(false);
  await expect(createPtyLine({ path: aPath() })).rejects.toThrow('apt-get install socat');
});
