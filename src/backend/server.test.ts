import { gzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aBatch, someRows, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aTestBackend } from '../../sim/testing/test-backend.ts';
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';
import {
  batchBytesMax,
  batchRowsMax,
  bodyBytesMax,
  type UploadRequest,
  wireError,
} from '../sync/wire.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const cborHeaders = { 'content-type': 'application/cbor' };
const gzipHeaders = { ...cborHeaders, 'content-encoding': 'gzip' };
const encode = (batch: object) => encodeCbor(new Map<string, Cbor>(Object.entries(batch)));

/** A backend, and the rawest client that its TLS lets in. */
async function aRawClient(device: string | undefined = testDevice) {
  const backend = await aTestBackend();
  const pair = await backend.certificates.device(device);
  const agent = new Agent({ connect: { ca: backend.certificates.ca, ...pair } });
  onTestFinished(() => agent.destroy());
  const call = async (method: 'GET' | 'POST', path: string, options = {}) => {
    const url = new URL(path, backend.url);
    const answer = await request(url, { method, dispatcher: agent, ...options });
    const body = (await answer.body.json()) as Record<string, unknown>;
    return { status: answer.statusCode, headers: answer.headers, body };
  };
  const post = (body: Uint8Array | string, headers: Record<string, string> = gzipHeaders) =>
    call('POST', '/v1/taps', { body, headers });
  const rows = async () => (await backend.store.summary(testDevice)).rows;
  return { backend, call, post, rows };
}

const batch = aBatch(someRows(2));

test.each([
  ['compressed', gzipSync(encode(batch)), gzipHeaders],
  ['plain', encode(batch), cborHeaders],
])('takes a %s batch', async (_how, body, headers) => {
  const { post, rows } = await aRawClient();

  const answer = await post(body, headers);

  expect(answer).toMatchObject({ status: 200, body: { durableSeq: 2 } });
  expect(await rows()).toBe(2);
});

const rowsOfBytes = (count: number, bytes: number) =>
  Array.from({ length: count }, () => new Uint8Array(bytes));

test.each<[string, Uint8Array, Record<string, string>, number, string]>([
  ['a gzip bomb', gzipSync(Buffer.alloc(100_000_000)), gzipHeaders, 413, 'sync/batch-too-large'],
  [
    'a body one byte over the limit',
    gzipSync(Buffer.alloc(bodyBytesMax + 1)),
    gzipHeaders,
    413,
    'sync/batch-too-large',
  ],
  ['a huge plain body', Buffer.alloc(2_000_000), cborHeaders, 413, 'sync/bad-request'],
  [
    'too many rows',
    encode(aBatch(rowsOfBytes(batchRowsMax + 1, 1))),
    cborHeaders,
    413,
    'sync/batch-too-large',
  ],
  [
    'too many bytes of rows',
    encode(aBatch(rowsOfBytes(17, batchBytesMax / 16))),
    cborHeaders,
    413,
    'sync/batch-too-large',
  ],
  ['what is not gzip', Buffer.from('not gzip'), gzipHeaders, 400, 'sync/bad-request'],
  ['half a gzip', gzipSync(encode(batch)).subarray(0, -9), gzipHeaders, 400, 'sync/bad-request'],
  ['what is not CBOR', Buffer.from('{"device":1}'), cborHeaders, 400, 'sync/bad-request'],
  ['CBOR that is no map', encodeCbor([1, 2]), cborHeaders, 400, 'sync/bad-request'],
  ['an empty body', new Uint8Array(), cborHeaders, 400, 'sync/bad-request'],
  ['JSON', Buffer.from('{}'), { 'content-type': 'application/json' }, 400, 'sync/bad-request'],
  ['a form', Buffer.from('a=b'), { 'content-type': 'text/html' }, 415, 'sync/bad-request'],
])('refuses %s and stores nothing', async (_what, body, headers, status, code) => {
  const { post, rows } = await aRawClient();

  const answer = await post(body, headers);

  expect(answer.status).toBe(status);
  expect(wireError.parse(answer.body)).toMatchObject({ code });
  expect(await rows()).toBe(0);
});

test.each<[string, Partial<Record<keyof UploadRequest | 'more', unknown>>]>([
  ['epoch', { epoch: 0 }],
  ['epoch', { epoch: -1 }],
  ['fromSeq', { fromSeq: 1.5 }],
  ['fromSeq', { fromSeq: 0 }],
  ['prevHash', { prevHash: new Uint8Array(31) }],
  ['prevHash', { prevHash: 'text' }],
  ['rows', { rows: [] }],
  ['rows.0', { rows: ['text'] }],
  ['device', { device: '../etc' }],
  ['more', { more: 1 }],
])('names %s when the batch says %o', async (path, wrong) => {
  const { post } = await aRawClient();

  const answer = await post(gzipSync(encode({ ...batch, ...wrong })));

  expect(answer).toMatchObject({ status: 400, body: { code: 'sync/bad-request' } });
  expect(answer.body.message).toContain(path);
});

test('takes a batch at its very limits', async () => {
  const { post, rows } = await aRawClient();
  const largest = aBatch(rowsOfBytes(batchRowsMax, Math.floor(batchBytesMax / batchRowsMax)));

  expect(await post(gzipSync(encode(largest)))).toMatchObject({ status: 200 });
  expect(await rows()).toBe(batchRowsMax);
});

test('answers 503 without a receipt while its store fails, and takes the batch afterwards', async () => {
  const { backend, post, rows } = await aRawClient();
  backend.failing = true;

  const refused = await post(gzipSync(encode(batch)));
  backend.failing = false;
  const taken = await post(gzipSync(encode(batch)));

  expect(refused).toMatchObject({ status: 503, body: { code: 'sync/backend-failed' } });
  expect(JSON.stringify(refused.body)).not.toContain('the disk of the backend');
  expect(taken.status).toBe(200);
  expect(await rows()).toBe(2);
});

test('answers for the device of the certificate only', async () => {
  const { post, rows } = await aRawClient('bus-2');

  const answer = await post(gzipSync(encode(batch)));

  expect(answer).toMatchObject({ status: 403, body: { code: 'sync/wrong-device' } });
  expect(await rows()).toBe(0);
});

test('says that it runs, and its time', async () => {
  const { call } = await aRawClient();

  const answer = await call('GET', '/v1/health');

  expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(answer.body.serverTime).toBeGreaterThan(Date.UTC(2026, 0));
});
