import { Agent, request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { aPayment } from '../../sim/testing/builders.ts';
import { aBatch, batchAfter, someRows } from '../../sim/testing/ledger-builders.ts';
import { aTestBackend, type TestBackend } from '../../sim/testing/test-backend.ts';
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly requestBody: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface Content {
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

type Schema = Parameters<typeof z.fromJSONSchema>[0] & object;

/** The served document, and calls of a client that knows nothing but it. */
async function aDocumentedBackend() {
  const backend = await aTestBackend();
  const pair = await backend.certificates.device('bus-1');
  const call = createCaller(backend, pair);
  const document = (await call('GET', '/openapi.json')).body as Document;
  const schemaOf = (status: number, path = '/v1/taps') =>
    z.fromJSONSchema(
      document.paths[path]?.post?.responses[status]?.content['application/json']?.schema ?? {},
    );
  return { document, call, schemaOf };
}

function createCaller(backend: TestBackend, pair: object) {
  const dispatcher = new Agent({ connect: { ca: backend.certificates.ca, ...pair } });
  onTestFinished(() => dispatcher.destroy());
  return async (method: 'GET' | 'POST', path: string, batch?: object) => {
    const body = batch && encodeCbor(new Map<string, Cbor>(Object.entries(batch)));
    const headers = { 'content-type': 'application/cbor' };
    const options = { method, dispatcher, ...(body && { body, headers }) };
    const answer = await request(new URL(path, backend.url), options);
    return { status: answer.statusCode, body: await answer.body.json() };
  };
}

const batch = aBatch(someRows(2));

test('is served, and describes the fields of a batch as they are sent', async () => {
  const { document } = await aDocumentedBackend();

  const upload = document.paths['/v1/taps']?.post?.requestBody.content['application/cbor'];
  const { properties = {}, required } = (upload?.schema ?? {}) as z.core.JSONSchema.BaseSchema;

  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(properties).toSorted()).toEqual(Object.keys(batch).toSorted());
  expect(required?.toSorted()).toEqual(Object.keys(batch).toSorted());
  expect(JSON.stringify(properties)).not.toContain('readOnly');
});

test.each([
  ['a receipt', 200, batch],
  ['a gap', 409, batchAfter(batch, someRows(1))],
  ['a bad request', 400, { ...batch, epoch: 'one' }],
  ["another device's batch", 403, { ...batch, device: 'bus-2' }],
  ['too many rows', 413, aBatch(someRows(1).concat(Array(500).fill(new Uint8Array(1))))],
])('describes %s as it is answered, and lets newer fields pass', async (_what, status, sent) => {
  const { call, schemaOf } = await aDocumentedBackend();

  const answer = await call('POST', '/v1/taps', sent);

  expect(answer.status).toBe(status);
  expect(schemaOf(status).safeParse(answer.body)).toMatchObject({ success: true });
  const newer = { ...(answer.body as object), addedNextYear: 1 };
  expect(schemaOf(status).safeParse(newer)).toMatchObject({ success: true });
  expect(schemaOf(status).safeParse({})).toMatchObject({ success: false });
});

const { amount, asked, ...rest } = aPayment();
const payment = { ...rest, ...amount, ...asked, deadlineMs: 1_500 };

test('describes the fields of a payment as they are sent', async () => {
  const { document } = await aDocumentedBackend();

  const body = document.paths['/v1/authorize']?.post?.requestBody.content['application/cbor'];
  const { properties = {}, required } = (body?.schema ?? {}) as z.core.JSONSchema.BaseSchema;

  const { accountKey, ...always } = payment;
  const optional = { accountKey, sealed: undefined };
  expect(Object.keys(properties).toSorted()).toEqual(
    Object.keys({ ...always, ...optional }).toSorted(),
  );
  expect(required?.toSorted()).toEqual(Object.keys(always).toSorted());
});

test.each([
  ['that there is no provider', '/v1/authorize', 503, payment],
  ['a bad request', '/v1/authorize', 400, { ...payment, amount: 'much' }],
  ['a taking back', '/v1/authorize/void', 200, { reference: payment.reference }],
])('describes %s as it is answered', async (_what, path, status, sent) => {
  const { call, schemaOf } = await aDocumentedBackend();

  const answer = await call('POST', path, sent);

  expect(answer.status).toBe(status);
  expect(schemaOf(status, path).safeParse(answer.body)).toMatchObject({ success: true });
  expect(schemaOf(status, path).safeParse({})).toMatchObject({ success: false });
});
