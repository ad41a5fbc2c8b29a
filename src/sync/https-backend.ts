/**
 * The device's HTTPS client: mutual TLS with the device's own certificate, one connection, gzip
 * CBOR up, JSON down. It judges nothing: whatever the backend answers is named and handed on.
 */
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';
import type { Backend, HeartbeatReply, UploadReply } from './backend.ts';
import {
  createDeviceAgent,
  type MutualTls,
  post,
  type Reply,
  refusal,
  replyBytesMax,
  understood,
} from './https-post.ts';
import { uploadBody } from './upload-body.ts';
import { uploadAccepted, uploadConflict } from './wire.ts';
import { type HeartbeatRequest, heartbeatAnswer } from './wire-heartbeat.ts';

export interface HttpsBackendOptions extends MutualTls {
  /** Such as `https://backend.example:8443`. */
  readonly url: string;
  /** From the first byte sent to the last received; 30 s unless told. */
  readonly deadlineMs?: number;
}

/** Of silence; a reply that trickles is over at the deadline. */
const replyTimeoutMs = 20_000;
const deadlineMs = 30_000;

export function createHttpsBackend(options: HttpsBackendOptions): Backend & AsyncDisposable {
  const agent = createDeviceAgent(options, {
    connections: 1,
    pipelining: 1,
    maxResponseSize: replyBytesMax,
    headersTimeout: replyTimeoutMs,
    bodyTimeout: replyTimeoutMs,
  });

  /** The agent is another one after a renewal of the certificate. */
  const to = () => ({
    dispatcher: agent.dispatcher,
    deadlineMs: options.deadlineMs ?? deadlineMs,
  });

  return {
    async uploadTaps(batch, signal) {
      const body = await uploadBody(batch);
      const url = new URL('/v1/taps', options.url);
      return asUploadReply(await post(url, { body, gzip: true }, { ...to(), signal }));
    },
    async sendHeartbeat(heartbeat, signal) {
      const body = encodeCbor(fieldsOf(heartbeat));
      const url = new URL('/v1/heartbeat', options.url);
      return asHeartbeatReply(await post(url, { body, gzip: false }, { ...to(), signal }));
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
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

function fieldsOf(heartbeat: HeartbeatRequest): Map<string, Cbor> {
  const fields = new Map<string, Cbor>();
  for (const [name, value] of Object.entries(heartbeat)) {
    if (value !== undefined) fields.set(name, value);
  }
  return fields;
}

function asHeartbeatReply(reply: Reply): HeartbeatReply {
  switch (reply.status) {
    case 200:
      return { kind: 'heard', ...understood(heartbeatAnswer, reply) };
    case 429:
    case 503:
      return { kind: 'later', retryAfterMs: retryAfterMs(reply.retryAfter) };
    default:
      throw refusal(reply);
  }
}

/** Seconds only: a bus's clock is no basis for the HTTP-date form. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
