/**
 * Stands between a device and its backend with the backend's certificate and the device's, and
 * keeps what either says: the bodies as they are when nothing encrypts or compresses them.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { TestCertificates } from '../test-certificates.ts';
import type { Place } from './canary-search.ts';

export interface RecordingHop extends AsyncDisposable {
  readonly url: string;
  readonly said: readonly Place[];
}

export async function startRecordingHop(
  backendUrl: string,
  device: string,
  certificates: TestCertificates,
): Promise<RecordingHop> {
  const said: Place[] = [];
  const asDevice = { ca: certificates.ca, ...(await certificates.device(device)) };

  async function ask(incoming: IncomingMessage, body: Buffer) {
    const { method, headers } = incoming;
    const url = new URL(incoming.url ?? '/', backendUrl);
    const outgoing = request(url, { method, headers, ...asDevice });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { answer, reply: await buffer(answer) };
  }

  const server = createServer(certificates.backend, async (incoming, response) => {
    try {
      const body = await buffer(incoming);
      const isGzip = incoming.headers['content-encoding'] === 'gzip';
      const { answer, reply } = await ask(incoming, body);
      said.push({ name: 'body', bytes: isGzip ? gunzipSync(body) : body });
      said.push({ name: 'headers', bytes: Buffer.from(incoming.rawHeaders.join('\n')) });
      said.push({ name: 'reply', bytes: reply });
      response.writeHead(answer.statusCode ?? 502, answer.headers).end(reply);
    } catch {
      // The backend has gone, or spoke nonsense: the device takes that for a broken connection.
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    said,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
