import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aFolder, aLedger, fill, testDevice } from '../../sim/testing/ledger-builders.ts';
import { askControl, isControlAnswering } from '../cli/control-client.ts';
import { type ControlDeps, controlSocketPath, openControlSocket } from './control-socket.ts';
import { refusal } from './driver-answers.ts';
import type { SyncLoop } from './sync-loop.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const aBusAtTuguMuda = {
  receipts: { device: testDevice, receiptKey: new Uint8Array(32) },
  whereabouts: {
    context: {
      ...{ routeId: 'koridor-1', stopId: 'tugu-muda', serviceDate: 20_000 },
      ...({ certainty: 'sure', assignedBy: 'configured', since: 1 } as const),
    },
  },
  gnss: {
    counters: {
      ...{ opened: 1, positions: 5, withoutFix: 0 },
      ...{ unused: 0, corrupt: 2, dropped: 0 },
    },
  },
};

async function aControlSocket(dataDir = aFolder(), sync: ControlDeps['sync'] = undefined) {
  const ledger = aLedger();
  const driver = { carryOut: () => refusal('nothing-to-void') };
  const socket = await openControlSocket({ ledger, sync, driver, ...aBusAtTuguMuda }, dataDir);
  onTestFinished(() => socket[Symbol.asyncDispose]());
  const path = controlSocketPath(dataDir);
  const ask = (method: 'GET' | 'POST', question: string) => askControl(path, method, question);
  return { ledger, socket, path, ask };
}

/** A sync loop of which only the drain matters. */
const draining = (drain: SyncLoop['drain']): SyncLoop => ({
  answeredAt: undefined,
  run: async () => {},
  drain,
});

test('lists rows after a cursor, with what has its receipt', async () => {
  const { ledger, ask } = await aControlSocket();
  fill(ledger, 3);

  const all = (await ask('GET', '/taps')) as { entries: object[] };
  const rest = (await ask('GET', '/taps?epoch=1&seq=2')) as { entries: object[] };

  expect(all.entries).toHaveLength(3);
  expect(rest.entries).toEqual([expect.objectContaining({ epoch: 1, seq: 3, sent: false })]);
});

test('takes nonsense for a cursor as the beginning', async () => {
  const { ledger, ask } = await aControlSocket();
  fill(ledger, 1);

  const answer = await ask('GET', '/taps?epoch=moon&seq=%00');

  expect(answer).toMatchObject({ entries: [{ seq: 1 }] });
});

test('verifies, and tells where ledger and bus stand and what the receiver counted', async () => {
  const { ledger, ask } = await aControlSocket();
  fill(ledger, 2);

  expect(await ask('GET', '/verify')).toEqual({ rows: 2 });
  expect(await ask('GET', '/status')).toEqual({
    ...{ epoch: 1, seq: 2, unsent: 2 },
    trip: aBusAtTuguMuda.whereabouts.context,
    gnss: aBusAtTuguMuda.gnss.counters,
  });
});

test('drains, or tells what is unsent where there is no backend', async () => {
  const without = await aControlSocket();
  fill(without.ledger, 2);
  const { ask } = await aControlSocket(
    aFolder(),
    draining(async () => ({ unsent: 0 })),
  );

  expect(await without.ask('POST', '/drain')).toEqual({ unsent: 2 });
  expect(await ask('POST', '/drain')).toEqual({ unsent: 0 });
});

test('stops a drain when whoever asked for it has gone', async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const stopped = Promise.withResolvers<string>();
  const drain: SyncLoop['drain'] = (signal) => {
    begun.resolve(signal);
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        stopped.resolve('stopped');
        resolve({ unsent: 1 });
      });
    });
  };
  const { path } = await aControlSocket(aFolder(), draining(drain));
  const leave = new AbortController();
  const asking = askControl(path, 'POST', '/drain', { signal: leave.signal });
  await begun.promise;

  leave.abort();

  await expect(asking).rejects.toMatchObject({ code: 'control/failed' });
  expect(await stopped.promise).toBe('stopped');
});

test.each([
  ['GET', '/drain'],
  ['POST', '/taps'],
  ['GET', '/../../etc/passwd'],
] as const)('knows no %s %s', async (method, path) => {
  const { ask } = await aControlSocket();

  await expect(ask(method, path)).rejects.toThrow('404');
});

test('answers with a failure, and goes on, when the ledger fails', async () => {
  const { ledger, ask } = await aControlSocket();
  ledger.close();

  await expect(ask('GET', '/verify')).rejects.toThrow('500');
  await expect(ask('GET', '/status')).rejects.toThrow('not open');
});

test('takes the place of the socket of a validator that was killed', async () => {
  const dataDir = aFolder();
  const path = controlSocketPath(dataDir);
  const listenAndDie = `require('net').createServer().listen(process.argv[1],
    () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', listenAndDie, path]);
  const leftBehind = [existsSync(path), await isControlAnswering(path)];

  const { ask } = await aControlSocket(dataDir);

  expect(leftBehind).toEqual([true, false]);
  expect(await ask('GET', '/verify')).toEqual({ rows: 0 });
});

test('takes its socket away when it is closed', async () => {
  const { socket, path } = await aControlSocket();

  await socket[Symbol.asyncDispose]();

  expect(existsSync(path)).toBe(false);
  expect(await isControlAnswering(path)).toBe(false);
});

test('is for its own user alone, whatever the umask and the folder allow', async () => {
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
  const dataDir = aFolder();
  chmodSync(dataDir, 0o755);

  const { path } = await aControlSocket(dataDir);

  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('says why when it cannot listen', async () => {
  const dataDir = join(aFolder(), 'd'.repeat(120));
  const driver = { carryOut: () => refusal('nothing-to-void') };

  await expect(
    openControlSocket({ ledger: aLedger(), sync: undefined, driver, ...aBusAtTuguMuda }, dataDir),
  ).rejects.toMatchObject({
    code: 'control/cannot-listen',
    hint: expect.stringContaining('dataDir'),
  });
});
