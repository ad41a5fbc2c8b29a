import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { backendContract } from '../../sim/contracts/backend.ts';
import { makeTestCertificates, type PemPair } from '../../sim/test-certificates.ts';
import { aBatch, someRows } from '../../sim/testing/ledger-builders.ts';
import { aClient, aTestBackend } from '../../sim/testing/test-backend.ts';
import type { Backend } from './backend.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const batch = aBatch(someRows(2));
const now = createSystemClock().wallNow();

backendContract('the HTTPS backend', async () => {
  const backend = await aTestBackend();
  return {
    backend: await backend.client(),
    store: backend.store,
    receiptKey: backend.receiptKey.publicKey,
    async fail(fault) {
      backend.failing = fault === 'busy';
      backend.losingReplies = fault === 'reply-lost';
      if (fault === 'request-lost') await backend.server.close();
    },
    elapse: () => Promise.resolve(),
  };
});

const upload = (backend: Backend) => backend.uploadTaps(batch, new AbortController().signal);

interface Impostor {
  readonly host?: string;
  readonly pair?: PemPair;
}

/** A client before a server that answers as the listener says. */
async function aServerThat(listener: RequestListener, impostor: Impostor = {}): Promise<Backend> {
  const certificates = await makeTestCertificates(now);
  const { host = '127.0.0.1', pair = certificates.backend } = impostor;
  const server = createServer(pair, listener);
  onTestFinished(() => void server.close());
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const device = await certificates.device('bus-1');
  return aClient({ url: `https://${host}:${port}`, ca: certificates.ca, ...device });
}

test('holds one connection over many uploads', async () => {
  const { server, client } = await aTestBackend();
  let connections = 0;
  server.server.on('secureConnection', () => {
    connections += 1;
  });
  const backend = await client();

  await upload(backend);
  await upload(backend);

  expect(connections).toBe(1);
});

test('is still known to the backend after the connection broke and was resumed', async () => {
  const { server, client } = await aTestBackend();
  const backend = await client();
  const before = await upload(backend);

  server.server.closeAllConnections();
  const after = await upload(backend).catch(() => upload(backend));

  expect([before.kind, after.kind]).toEqual(['durable', 'durable']);
});

test.each([
  ['no certificate', async () => ({ cert: '', key: '' }), /none sent/],
  [
    'a certificate of another CA',
    async () => (await makeTestCertificates(now)).device('bus-1'),
    /no valid device certificate/,
  ],
])('is told to enrol with %s', async (_what, pairOf, message) => {
  const { client, store } = await aTestBackend();
  const backend = await client('bus-1', await pairOf());

  await expect(upload(backend)).rejects.toMatchObject({
    code: 'sync/not-enrolled',
    message: expect.stringMatching(message),
    hint: expect.stringContaining('enrol'),
  });
  expect(await store.summary('bus-1')).toMatchObject({ rows: 0 });
});

test('cannot speak for another device', async () => {
  const { client, store } = await aTestBackend();

  await expect(upload(await client('bus-2'))).rejects.toMatchObject({
    code: 'sync/not-enrolled',
    message: "sync/wrong-device: the certificate is bus-2's, the batch bus-1's",
  });
  expect(await store.summary('bus-1')).toMatchObject({ rows: 0 });
});

test.each([
  ['signed by a foreign CA', async () => ({ pair: (await makeTestCertificates(now)).backend })],
  ['for another name', async () => ({ host: '127.0.0.2' })],
])('does not trust a server whose certificate is %s', async (_what, impostorOf) => {
  let requests = 0;
  const backend = await aServerThat(
    () => {
      requests += 1;
    },
    await impostorOf(),
  );

  await expect(upload(backend)).rejects.toMatchObject({
    code: 'sync/server-untrusted',
    hint: expect.stringContaining('taps wait safely'),
  });
  expect(requests).toBe(0);
});

test('trusts no foreign server although the environment tells Node to trust all', async () => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  onTestFinished(() => void delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
  const { backend: pair } = await makeTestCertificates(now);

  const backend = await aServerThat(() => {}, { pair });

  await expect(upload(backend)).rejects.toMatchObject({ code: 'sync/server-untrusted' });
});

test('does not trust a server that shows the certificate of a device', async () => {
  const { certificates } = await aTestBackend();
  const stolen = await certificates.device('127.0.0.1');
  const server = createServer(stolen).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}`;

  const backend = aClient({ url, ca: certificates.ca, ...(await certificates.device('bus-1')) });

  await expect(upload(backend)).rejects.toMatchObject({ code: 'sync/server-untrusted' });
});

test.each([
  [
    'breaks off in the middle',
    (_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('{"durableSeq":');
      response.socket?.end();
    },
    'sync/unreachable',
  ],
  [
    'is the page of a captive portal',
    (_request, response) => response.end('<html>Please log in</html>'),
    'sync/bad-reply',
  ],
  ['is empty', (_request, response) => response.end(), 'sync/bad-reply'],
  ['lacks the receipt', (_request, response) => response.end('{"durableSeq":2}'), 'sync/bad-reply'],
  [
    'has no end',
    (_request, response) => response.end(Buffer.alloc(1_000_000, ' ')),
    'sync/bad-reply',
  ],
  [
    'is a conflict of an unknown kind',
    (_request, response) => response.writeHead(409).end('{"reason":"moon"}'),
    'sync/bad-reply',
  ],
  [
    'sends it elsewhere',
    (_request, response) => response.writeHead(302, { location: '/login' }).end(),
    'sync/server-error',
  ],
  ['is a failure', (_request, response) => response.writeHead(500).end(), 'sync/server-error'],
] satisfies [string, RequestListener, string][])('names an answer that %s', async (...row) => {
  const [, listener, code] = row;
  const backend = await aServerThat(listener);

  await expect(upload(backend)).rejects.toMatchObject({ code, hint: expect.any(String) });
});

test.each([
  [429, '7', { kind: 'later', retryAfterMs: 7_000 }],
  [503, '3600', { kind: 'later', retryAfterMs: 3_600_000 }],
  [503, undefined, { kind: 'later', retryAfterMs: undefined }],
  [503, 'Tue, 24 Nov 2026 03:00:00 GMT', { kind: 'later', retryAfterMs: undefined }],
  [503, '-1', { kind: 'later', retryAfterMs: undefined }],
  [413, undefined, { kind: 'too-large' }],
])('understands status %s with Retry-After %s', async (status, retryAfter, reply) => {
  const backend = await aServerThat((_request, response) => {
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
    response.writeHead(status).end();
  });

  expect(await upload(backend)).toEqual(reply);
});

test('names a server that speaks another protocol', async () => {
  const certificates = await makeTestCertificates(now);
  const server = createTlsServer(certificates.backend, (socket) => {
    socket.end('220 mail.example ESMTP\r\n');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const device = await certificates.device('bus-1');
  const backend = aClient({ url: `https://127.0.0.1:${port}`, ca: certificates.ca, ...device });

  await expect(upload(backend)).rejects.toMatchObject({ code: 'sync/bad-reply' });
});

test('gives up at once when it is stopped in the middle of an upload', async () => {
  const stop = new AbortController();
  const backend = await aServerThat(() => stop.abort());

  await expect(backend.uploadTaps(batch, stop.signal)).rejects.toMatchObject({
    code: 'sync/unreachable',
  });
});
