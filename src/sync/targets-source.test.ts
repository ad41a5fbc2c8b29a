import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { makeTestCertificates } from '../../sim/test-certificates.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aRepository, aTargetsBackend } from '../../sim/testing/targets-backend.ts';
import { createTargetsClient } from '../targets/targets-client.ts';
import { createHttpsTargetsSource } from './targets-source.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const now = createSystemClock().wallNow();
const init = { rootKeys: 3, rootThreshold: 2 };
const accept = async () => undefined;
const large = 'x'.repeat(1_000_000);

async function aDeviceOf(folder: string) {
  const firstRoot = readFileSync(join(folder, 'metadata', '1.root.json'));
  return createTargetsClient({ folder: aFolder(), firstRoot });
}

test('brings targets over HTTPS from a real backend into force, and the next ones after new keys', async () => {
  const repository = aRepository(now);
  await repository.publish({ 'rules.bin': 'rules 1', 'list.bin': large }, { init });
  const { source } = await aTargetsBackend(repository.folder);
  const device = await aDeviceOf(repository.folder);

  const first = await device.refresh({ source, now });
  for (const { name } of first.waiting) {
    await device.fetchTarget(name, { source, now });
    await device.activate(name, accept);
  }
  await repository.publish(
    { 'rules.bin': 'rules 2' },
    { rotate: ['root', 'targets', 'snapshot', 'timestamp'] },
  );
  const second = await device.refresh({ source, now });
  const before = readFileSync(device.activePath('rules.bin') ?? '', 'utf8');
  await device.fetchTarget('rules.bin', { source, now });
  await device.activate('rules.bin', accept);

  expect(first.fault).toBeUndefined();
  expect(readFileSync(device.activePath('list.bin') ?? '', 'utf8')).toBe(large);
  expect(second).toMatchObject({ versions: { root: 2 }, waiting: [{ name: 'rules.bin' }] });
  expect(before).toBe('rules 1');
  expect(readFileSync(device.activePath('rules.bin') ?? '', 'utf8')).toBe('rules 2');
});

test.each([
  ['metadata', '2.root.json'],
  ['metadata', 'secret.json'],
  ['metadata', '../../keys/root.pem'],
  ['metadata', '..%2f..%2fkeys'],
  ['files', `${'0'.repeat(64)}.rules.bin`],
  ['files', '../metadata/timestamp.json'],
] as const)('has no %s named %s', async (shelf, name) => {
  const repository = aRepository(now);
  await repository.publish({}, { init });
  writeFileSync(join(repository.folder, 'metadata', 'secret.json'), '{}');
  const { source } = await aTargetsBackend(repository.folder);

  expect(await source.open(shelf, name)).toBeUndefined();
});

test('has nothing where the backend publishes nothing', async () => {
  const { source } = await aTargetsBackend(undefined);

  expect(await source.open('metadata', 'timestamp.json')).toBeUndefined();
});

test('gives nothing to whoever has no device certificate', async () => {
  const repository = aRepository(now);
  await repository.publish({}, { init });
  const { url, certificates } = await aTargetsBackend(repository.folder);
  const dispatcher = new Agent({ connect: { ca: certificates.ca } });
  onTestFinished(() => dispatcher.destroy());

  const answer = await request(new URL('/v1/targets/metadata/timestamp.json', url), { dispatcher });

  expect(answer.statusCode).toBe(401);
  expect(await answer.body.json()).toMatchObject({ code: 'sync/unknown-device' });
});

async function aServerThat(listener: RequestListener) {
  const certificates = await makeTestCertificates(now);
  const { cert, key } = certificates.backend;
  const server = createServer({ cert, key }, listener).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const device = await certificates.device('bus-1');
  const source = createHttpsTargetsSource({
    ...{ url: `https://127.0.0.1:${port}`, ca: certificates.ca, ...device },
  });
  onTestFinished(() => source[Symbol.asyncDispose]());
  return source;
}

test.each<[string, RequestListener, string]>([
  ['is a failure', (_request, response) => response.writeHead(500).end(), 'sync/server-error'],
  ['is a refusal', (_request, response) => response.writeHead(403).end(), 'sync/not-enrolled'],
  ['puts it off', (_request, response) => response.writeHead(503).end(), 'sync/later'],
  [
    'sends it elsewhere',
    (_request, response) => response.writeHead(302, { location: '/login' }).end(),
    'sync/server-error',
  ],
  [
    'breaks off in the middle',
    (_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('{"signed":');
      response.socket?.end();
    },
    'sync/unreachable',
  ],
])('names an answer that %s', async (_how, listener, code) => {
  const source = await aServerThat(listener);
  const read = async () => {
    for await (const _chunk of (await source.open('metadata', 'timestamp.json')) ?? []);
  };

  await expect(read()).rejects.toMatchObject({ code, hint: expect.any(String) });
});

test('hangs up on an endless answer, and can ask again', async () => {
  let sent = 0;
  const source = await aServerThat((incoming, response) => {
    if (incoming.url?.endsWith('/timestamp.json')) return void response.end('{}');
    const pour = () => {
      for (; !response.destroyed; sent += 1) if (!response.write(new Uint8Array(100_000))) return;
    };
    response.on('drain', pour);
    pour();
  });
  const repository = aRepository(now);
  await repository.publish({}, { init });
  const device = await aDeviceOf(repository.folder);

  const { fault } = await device.refresh({ source, now });

  expect(fault).toMatchObject({ code: 'targets/too-long' });
  expect(await source.open('metadata', 'timestamp.json')).toBeDefined();
  expect(sent).toBeLessThan(1_000);
});

test('gives up at once when it is stopped', async () => {
  const stop = new AbortController();
  const source = await aServerThat(() => stop.abort());

  await expect(source.open('files', 'x', stop.signal)).rejects.toMatchObject({
    code: 'sync/unreachable',
  });
});
