/**
 * One POST to the backend and what came back: CBOR up, JSON down, over mutual TLS. What a status
 * means is for the caller to say; a reply that is none of the protocol's is named here.
 */
import { Agent, request } from 'undici';
import type { z } from 'zod';
import { SyncError } from './backend.ts';
import { tlsFailure } from './tls-failure.ts';
import { wireError } from './wire.ts';

const connection = { timeout: 5_000, minVersion: 'TLSv1.2' } as const;
/** A reply of ours has a few hundred bytes. */
export const replyBytesMax = 64 * 1024;

export interface MutualTls {
  /** PEM: who may sign the backend's certificate. Nothing else is trusted. */
  readonly ca: string;
  /** PEM: this device's certificate and key; read for each request, for they are renewed. */
  readonly cert: string;
  readonly key: string;
}

/** @param tls without a certificate: as a stranger. */
export function connectionOf(tls: Pick<MutualTls, 'ca'> | MutualTls) {
  const own = 'cert' in tls ? { cert: tls.cert, key: tls.key } : {};
  // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED would else have the last word.
  return { ca: tls.ca, ...own, rejectUnauthorized: true, ...connection };
}

export interface DeviceAgent extends AsyncDisposable {
  /** For the next request. */
  readonly dispatcher: Agent;
}

/**
 * Connections under the certificate that is in use now. After a renewal the next request opens new
 * ones; what is under way on the others ends there.
 */
export function createDeviceAgent(tls: MutualTls, options: Agent.Options): DeviceAgent {
  let current: { readonly cert: string; readonly agent: Agent } | undefined;
  return {
    get dispatcher() {
      if (current?.cert !== tls.cert) {
        // It rejects when it is destroyed meanwhile, and then it is closed too.
        current?.agent.close().catch(() => {});
        const agent = new Agent({ ...options, connect: connectionOf(tls) });
        current = { cert: tls.cert, agent };
      }
      return current.agent;
    },
    async [Symbol.asyncDispose]() {
      await current?.agent.destroy();
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: unknown;
}

interface PostOptions {
  readonly dispatcher: Agent;
  readonly signal: AbortSignal;
  /** For all of it, from the connection to the last byte. */
  readonly deadlineMs?: number;
}

/** @throws SyncError when no whole reply came. */
export async function post(
  url: URL,
  { body, gzip }: { readonly body: Uint8Array; readonly gzip: boolean },
  { deadlineMs, signal: stop, ...options }: PostOptions,
): Promise<Reply> {
  const encoding = gzip ? { 'content-encoding': 'gzip' } : {};
  const headers = { 'content-type': 'application/cbor', ...encoding };
  try {
    const signal =
      deadlineMs === undefined ? stop : AbortSignal.any([stop, AbortSignal.timeout(deadlineMs)]);
    const answer = await request(url, { method: 'POST', headers, body, signal, ...options });
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

export function understood<T>(schema: z.ZodType<T>, reply: Reply): T {
  const result = schema.safeParse(reply.body);
  if (result.success) return result.data;
  throw new SyncError(
    'sync/bad-reply',
    `the reply ${reply.status} is not in the protocol: ${result.error.issues[0]?.message}`,
    'check that backend.url names a Halte backend of this version or newer',
  );
}

export function refusal(reply: Reply): SyncError {
  const said = wireError.safeParse(reply.body);
  const message = said.success
    ? `${said.data.code}: ${said.data.message}`
    : `status ${reply.status}`;
  if (reply.status === 401 || reply.status === 403) {
    const hint = said.success ? said.data.hint : 'enrol the device at the backend again';
    const isRevoked = said.success && said.data.code === 'sync/revoked';
    return new SyncError(isRevoked ? 'sync/revoked' : 'sync/not-enrolled', message, hint);
  }
  return new SyncError('sync/server-error', message, 'see the log of the backend');
}
