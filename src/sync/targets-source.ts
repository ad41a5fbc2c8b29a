/**
 * Signed targets over HTTPS, from a backend that publishes them behind the device's certificate. TLS
 * keeps strangers out; what comes is believed for its signatures alone, by whoever reads it.
 */
import { type Agent, type Dispatcher, request } from 'undici';
import type { TargetsSource } from '../targets/targets-source.ts';
import { SyncError } from './backend.ts';
import type { HttpsBackendOptions } from './https-backend.ts';
import { createDeviceAgent } from './https-post.ts';
import { tlsFailure } from './tls-failure.ts';
import { wireError } from './wire.ts';

/** Between two chunks; how long a whole file may take is for the caller's signal to say. */
const silenceMs = 20_000;
/** Of an answer that is an error. */
const complaintBytesMax = 16 * 1024;

export function createHttpsTargetsSource(
  options: HttpsBackendOptions,
): TargetsSource & AsyncDisposable {
  const agent = createDeviceAgent(options, {
    connections: 1,
    pipelining: 1,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });
  return {
    async open(shelf, name, signal) {
      const url = new URL(`/v1/targets/${shelf}/${encodeURIComponent(name)}`, options.url);
      const { statusCode, body } = await ask(url, agent.dispatcher, signal);
      if (statusCode === 200) return chunksOf(body, url.origin);
      const complaint = await complaintOf(body);
      if (statusCode === 404) return undefined;
      throw refusal(statusCode, complaint);
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

async function ask(
  url: URL,
  dispatcher: Agent,
  signal?: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  try {
    return await request(url, { dispatcher, ...(signal && { signal }) });
  } catch (error) {
    throw tlsFailure(error, url.origin);
  }
}

/** Leaving it early destroys the body, and with it what an endless answer would go on sending. */
async function* chunksOf(
  body: Dispatcher.ResponseData['body'],
  origin: string,
): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw tlsFailure(error, origin);
  }
}

async function complaintOf(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length > complaintBytesMax) return undefined;
    }
    return JSON.parse(text);
  } catch {
    // Broken off or a proxy's page: the status alone says what there is to say.
    return undefined;
  }
}

function refusal(status: number, complaint: unknown): SyncError {
  const said = wireError.safeParse(complaint);
  const message = said.success ? `${said.data.code}: ${said.data.message}` : `status ${status}`;
  if (status === 401 || status === 403) {
    const hint = said.success ? said.data.hint : 'enrol the device at the backend again';
    return new SyncError('sync/not-enrolled', message, hint);
  }
  if (status === 429 || status === 503) {
    const hint = 'the backend is busy; it is tried again by itself';
    return new SyncError('sync/later', message, hint);
  }
  return new SyncError('sync/server-error', message, 'see the log of the backend');
}
