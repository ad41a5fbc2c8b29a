/** The lifeline to a process that listens as pcscd does: one waiting connection, killed at times. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSystemClock } from '../os/system-clock.ts';
import { isPcscdAnswering, openLifeline } from './pcscd-lifeline.ts';

const clock = createSystemClock();
const unreachable = expect.objectContaining({ code: 'reader/service-unreachable' });
let folder: string;
let path: string;
let service: ChildProcess;
let session: AbortController;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'halte-lifeline-'));
  path = join(folder, 'pcscd.comm');
  session = new AbortController();
  const listening = `net.createServer().listen(${JSON.stringify(path)}, 1, () => console.log('.'))`;
  service = spawn(process.execPath, ['-e', listening], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (service.stdout) await once(service.stdout, 'data');
});
afterEach(() => {
  session.abort();
  service.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const open = (lost = () => {}) => openLifeline({ clock, lost }, path, session.signal);

/** Stops the service and lets connections wait until no more may. */
async function makeBusy(): Promise<void> {
  service.kill('SIGSTOP');
  const isRefused = async () => {
    const waiting = net.connect({ path, signal: session.signal });
    return await once(waiting, 'connect').then(
      () => false,
      () => true,
    );
  };
  while (!(await isRefused()));
}

test('tells at once that the service has died', async () => {
  const lost = Promise.withResolvers<void>();
  await open(lost.resolve);

  service.kill('SIGKILL');

  await lost.promise;
});

test('tells nothing when it is closed by its own signal', async () => {
  let isLost = false;
  await open(() => {
    isLost = true;
  });

  session.abort();
  service.kill('SIGKILL');
  await once(service, 'close');

  expect(isLost).toBe(false);
});

test('waits for a service that is too busy to accept', async () => {
  await makeBusy();
  expect(await isPcscdAnswering(path)).toBe(true);
  const opened = open();

  service.kill('SIGCONT');

  await expect(opened).resolves.toBeUndefined();
});

test('gives up on a service that stays too busy', { timeout: 10_000 }, async () => {
  await makeBusy();

  await expect(open()).rejects.toThrow(unreachable);
});

test('fails at once where a dead service has left its socket', async () => {
  service.kill('SIGKILL');
  await once(service, 'close');

  await expect(open()).rejects.toThrow(unreachable);
  expect(await isPcscdAnswering(path)).toBe(false);
});
