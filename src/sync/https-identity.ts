/**
 * How a device asks for its certificate over HTTPS: as a stranger the first time, then with the
 * certificate that it has. What comes back is checked and kept by whoever asked.
 */
import { Agent } from 'undici';
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';
import { SyncError } from './backend.ts';
import type { HttpsBackendOptions } from './https-backend.ts';
import {
  connectionOf,
  type MutualTls,
  post,
  type Reply,
  refusal,
  replyBytesMax,
  understood,
} from './https-post.ts';
import { wireError } from './wire.ts';
import { type Certified, certified, enrolWaiting } from './wire-identity.ts';

const replyTimeoutMs = 20_000;

export interface EnrolmentAsked {
  readonly device: string;
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
  readonly note: string;
}

/** @returns the certificate in PEM; undefined while an admin has not approved it. @throws SyncError */
export async function enrolAt(
  { url, ca }: Pick<HttpsBackendOptions, 'url' | 'ca'>,
  { device, csr, note }: EnrolmentAsked,
  signal: AbortSignal,
): Promise<string | undefined> {
  const fields = new Map<string, Cbor>(Object.entries({ device, csr, note }));
  const reply = await send(new URL('/v1/enrol', url), fields, {
    tls: { ca },
    signal,
  });
  if (reply.status === 202) {
    understood(enrolWaiting, reply);
    return undefined;
  }
  return certificateIn(reply).certificate;
}

/** @returns the next certificate in PEM. @throws SyncError */
export async function renewAt(
  options: HttpsBackendOptions,
  csr: Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  const path = new URL('/v1/renew', options.url);
  const reply = await send(path, new Map([['csr', csr]]), {
    tls: options,
    signal,
  });
  return certificateIn(reply).certificate;
}

/** One question every few weeks: no connection is kept. */
async function send(
  url: URL,
  fields: ReadonlyMap<string, Cbor>,
  { tls, signal }: { tls: Pick<MutualTls, 'ca'> | MutualTls; signal: AbortSignal },
): Promise<Reply> {
  const dispatcher = new Agent({
    maxResponseSize: replyBytesMax,
    headersTimeout: replyTimeoutMs,
    bodyTimeout: replyTimeoutMs,
    connect: connectionOf(tls),
  });
  try {
    const body = encodeCbor(new Map(fields));
    return await post(url, { body, gzip: false }, { dispatcher, signal });
  } finally {
    await dispatcher.destroy();
  }
}

function certificateIn(reply: Reply): Certified {
  if (reply.status === 200) return understood(certified, reply);
  if (reply.status !== 429 && reply.status !== 503) throw refusal(reply);
  const said = wireError.safeParse(reply.body);
  const message = said.success ? `${said.data.code}: ${said.data.message}` : 'the backend is busy';
  throw new SyncError('sync/later', message, said.success ? said.data.hint : 'try again later');
}
