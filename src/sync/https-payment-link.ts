/**
 * The device's HTTPS way to `/v1/authorize`: connections of its own, so that no payment waits
 * behind an upload. It keeps no time and judges nothing: whoever calls gives a signal and decides.
 */
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';
import type { AuthoriseRequest, PaymentLink, PaymentReply } from './authoriser.ts';
import type { HttpsBackendOptions } from './https-backend.ts';
import {
  createDeviceAgent,
  post,
  type Reply,
  refusal,
  replyBytesMax,
  understood,
} from './https-post.ts';
import { wireError } from './wire.ts';
import { authoriseAnswer, voidAnswer, type WireAuthoriseRequest } from './wire-authorise.ts';

/** One for each reader that a device can have: none waits for another's answer. */
const connectionsMax = 8;
/** Riders come in turns: who boards at the next stop need not wait for a handshake. */
const keepAliveMs = 60_000;

export function createHttpsPaymentLink(
  options: HttpsBackendOptions,
): PaymentLink & AsyncDisposable {
  const agent = createDeviceAgent(options, {
    connections: connectionsMax,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    maxResponseSize: replyBytesMax,
  });
  const send = (path: string, fields: object, signal: AbortSignal) => {
    const present = Object.entries(fields).filter(([, value]) => value !== undefined);
    const body = encodeCbor(new Map<string, Cbor>(present));
    return post(
      new URL(path, options.url),
      { body, gzip: false },
      { dispatcher: agent.dispatcher, signal },
    );
  };

  return {
    async pay(payment, deadlineMs, signal) {
      return asPaymentReply(await send('/v1/authorize', wireOf(payment, deadlineMs), signal));
    },
    async takeBack(reference, signal) {
      const reply = await send('/v1/authorize/void', { reference }, signal);
      // 409: the tap came after all, and the payment stands.
      if (reply.status === 409) return;
      if (reply.status !== 200) throw refusal(reply);
      understood(voidAnswer, reply);
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

function wireOf(
  { amount: { amount, currency }, asked, ...payment }: AuthoriseRequest,
  deadlineMs: number,
): WireAuthoriseRequest {
  return { ...payment, amount, currency, ...asked, deadlineMs: Math.max(1, Math.ceil(deadlineMs)) };
}

function asPaymentReply(reply: Reply): PaymentReply {
  if (reply.status === 200) return understood(authoriseAnswer, reply);
  const said = wireError.safeParse(reply.body);
  const hasNoProvider = said.success && said.data.code === 'authorize/no-provider';
  if (!hasNoProvider && !statusesBeforeCharging.has(reply.status)) throw refusal(reply);
  const why = said.success ? `${said.data.code}: ${said.data.message}` : `status ${reply.status}`;
  return { answer: 'unable', why };
}

/** Who refuses the request itself, or does not know the way, has put it to nobody. */
const statusesBeforeCharging: ReadonlySet<number> = new Set([400, 401, 403, 404, 413, 415]);
