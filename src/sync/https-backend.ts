/**
 * The device's HTTPS client: mutual TLS with the device's own certificate, one connection, gzip
 * CBOR up, JSON down. It judges nothing: whatever the backend answers is named and handed on.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, request } from 'undici';
import type { z } from 'zod';
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';
import { type Backend, SyncError, type UploadReply } from './backend.ts';
import { tlsFailure } from './tls-failure.ts';
import { type UploadRequest, uploadAccepted, uploadConflict, wireError } from './wire.ts';

export interface HttpsBackendOptions {
  /** Such as `https://backend.example:8443`. */
  readonly url: string;
  /** PEM: who may sign the backend's certificate. Nothing else is trusted. */
  readonly ca: string;
  /** PEM: this device's certificate and key. */
  readonly cert: string;
  readonly key: string;
}

const connection = { timeout: 5_000, minVersion: 'TLSv1.2' } as const;
const replyTimeoutMs = 20_000;
/** A reply of ours has a few hundred bytes. */
const replyBytesMax = 64 * 1024;

const compress = promisify(gzip);

interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: unknown;
}

export function createHttpsBackend(options: HttpsBackendOptions): Backend & AsyncDisposable {
  const { ca, cert, key } = options;
  const agent = new Agent({
    connections: 1,
    pipelining: 1,
    maxResponseSize: replyBytesMax,
    headersTimeout: replyTimeoutMs,
    bodyTimeout: replyTimeoutMs,
    // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED would else have the last word.
    connect: { ca, cert, key, rejectUnauthorized: true, ...connection },
  });

  return {
    async uploadTaps(batch, signal) {
      const reply = await post(new URL('/v1/taps', options.url), agent, batch, signal);
      return asUploadReply(reply);
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function post(
  url: URL,
  dispatcher: Agent,
  batch: UploadRequest,
  signal: AbortSignal,
): Promise<Reply> {
  const body = await compress(encodeCbor(new Map<string, Cbor>(Object.entries(batch))));
  const headers = { 'content-type': 'application/cbor', 'content-encoding': 'gzip' };
  try {
    const answer = await request(url, { method: 'POST', headers, body, dispatcher, signal });
    const retryAfter = answer.headers['retry-after'];
    return {
      status: answer.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      body: asJson(await answer.body.text()),
    };
  } catch (error) {
    throw tlsFailure(error, url.origin);
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML page, a cut reply: not ours, and named as a bad reply by whoever parses it.
    return undefined;
  }
}

function asUploadReply(reply: Reply): UploadReply {
  switch (reply.status) {
    case 200:
      return { kind: 'durable', ...understood(uploadAccepted, reply) };
    case 409:
      return { kind: 'conflict', ...understood(uploadConflict, reply) };
    case 413:
      return { kind: 'too-large' };
    case 429:
    case 503:
      return { kind: 'later', retryAfterMs: retryAfterMs(reply.retryAfter) };
    default:
      throw refusal(reply);
  }
}

function understood<T>(schema: z.ZodType<T>, reply: Reply): T {
  const result = schema.safeParse(reply.body);
  if (result.success) return result.data;
  throw new SyncError(
    'sync/bad-reply',
    `the reply ${reply.status} is not in the protocol: ${result.error.issues[0]?.message}`,
    'check that backend.url names a Halte backend of this version or newer',
  );
}

/** Seconds only: a bus's clock is no basis for the HTTP-date form. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}

function refusal(reply: Reply): SyncError {
  const said = wireError.safeParse(reply.body);
  const message = said.success
    ? `${said.data.code}: ${said.data.message}`
    : `status ${reply.status}`;
  if (reply.status === 401 || reply.status === 403) {
    const hint = said.success ? said.data.hint : 'enrol the device at the backend again';
    return new SyncError('sync/not-enrolled', message, hint);
  }
  return new SyncError('sync/server-error', message, 'see the log of the backend');
}
