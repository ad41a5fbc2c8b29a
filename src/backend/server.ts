/**
 * The backend's HTTPS listeners around its operations: TLS, limits of bytes and time, compression,
 * the OpenAPI document. Devices are who their certificate says they are.
 */
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { type CertificateReader, createCertificateReader } from '../identity/shown-certificate.ts';
import { bodyBytesMax } from '../sync/wire.ts';
import { admit } from './admission.ts';
import { openApiDocument } from './openapi.ts';
import type { BackendResponse, Caller, Operation, Peer } from './operation.ts';
import { batchTooLarge, notInProtocol } from './read-body.ts';
import { refusalOf } from './server-error.ts';
import { type BackendServiceDeps, createBackendService, noSuchPath } from './service.ts';

export interface BackendServerOptions {
  /** PEM: the server's certificate and key. */
  readonly cert: string;
  readonly key: string;
  /** PEM: who signs device certificates. Absent: this is the office's listener, which asks for none. */
  readonly deviceCa?: string | undefined;
  /** Lines of JSON to standard output: every request, or trouble only. */
  readonly logLevel: 'info' | 'warn' | 'silent';
}

/** Compressed; a longer one cannot be an allowed body. */
const requestBytesMax = 512 * 1024;
const connectionTimeoutMs = 30_000;

export type BackendServer = FastifyInstance;

/** Not listening yet. Closing it does not close the store. */
export function createBackendServer(
  deps: Omit<BackendServiceDeps, 'log'>,
  options: BackendServerOptions,
): BackendServer {
  const server = fastify({
    https: {
      cert: options.cert,
      key: options.key,
      ...(options.deviceCa !== undefined && { ca: options.deviceCa, requestCert: true }),
      // A device without a valid certificate gets an answer that says so, not a broken handshake.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    },
    logger: { level: options.logLevel },
    bodyLimit: requestBytesMax,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: connectionTimeoutMs,
    forceCloseConnections: true,
  }) as unknown as FastifyInstance;
  const service = createBackendService({
    ...deps,
    log: (level, message, fields) => server.log[level](fields, message),
  });
  answerTrouble(server);
  takeBodiesAsBytes(server);
  const door = options.deviceCa === undefined ? 'office' : 'device';
  const operations = service.operations.filter(({ doors }) => doors.includes(door));
  const peers = options.deviceCa === undefined ? undefined : createPeerReader(options.deviceCa);
  const admitted = (operation: Operation, request: FastifyRequest) =>
    admit(deps, operation, {
      peer: peers?.(request),
      authorization: request.headers.authorization,
    });
  for (const operation of operations) addRoute(server, operation, admitted);
  server.get('/openapi.json', async () => openApiDocument(operations));
  if (door === 'device') runBetweenRequests(server, service.run);
  return server;
}

function answerTrouble(server: FastifyInstance): void {
  server.setErrorHandler(async (error, request, reply) => {
    const { status, json, trouble } = refusalOf(error);
    if (trouble !== undefined) request.log.error({ err: trouble }, 'request failed');
    return reply.code(status).send(json);
  });
  server.setNotFoundHandler(async () => {
    throw noSuchPath();
  });
}

/** What they mean is the operation's; here they only become whole and uncompressed. */
function takeBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ['application/cbor', 'application/json'],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) =>
      request.headers['content-encoding'] === 'gzip' ? unzip(body) : body,
  );
}

const decompress = promisify(gunzip);

async function unzip(body: Buffer): Promise<Buffer> {
  try {
    return await decompress(body, { maxOutputLength: bodyBytesMax });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw batchTooLarge(`more than ${bodyBytesMax} bytes`);
    }
    throw notInProtocol('the body is not gzip');
  }
}

function addRoute(
  server: FastifyInstance,
  operation: Operation,
  admitted: (operation: Operation, request: FastifyRequest) => Promise<Caller>,
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  server.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    bodyLimit: operation.body?.bytesMax ?? requestBytesMax,
    // A stranger is turned away before a byte of the body is read.
    async onRequest(request) {
      callers.set(request, await admitted(operation, request));
    },
    async handler(request, reply) {
      const response = await operation.perform({
        caller: callers.get(request) ?? { kind: 'anyone' },
        params: request.params as Readonly<Record<string, string>>,
        query: new URL(request.url, 'https://backend').searchParams,
        body: request.body instanceof Uint8Array ? request.body : undefined,
      });
      return send(reply, response);
    },
  });
}

/** A connection's certificate is read once: it stays the same as long as the connection. */
function createPeerReader(deviceCa: string): (request: FastifyRequest) => Peer | undefined {
  const read = createCertificateReader(deviceCa);
  const known = new WeakMap<TLSSocket, Peer | undefined>();
  return (request) => {
    const socket = request.raw.socket as TLSSocket;
    if (!known.has(socket)) known.set(socket, peerOf(socket, read));
    return known.get(socket);
  };
}

function peerOf(socket: TLSSocket, read: CertificateReader): Peer | undefined {
  const { subject, raw } = socket.getPeerCertificate();
  const name = subject?.CN;
  const certificate = typeof name === 'string' ? read(raw) : undefined;
  if (typeof name !== 'string' || certificate === undefined) return undefined;
  const trouble = socket.authorized ? undefined : String(socket.authorizationError);
  return { name, trouble, certificate };
}

function send(reply: FastifyReply, response: BackendResponse): FastifyReply {
  reply.code(response.status);
  if ('json' in response) return reply.send(response.json);
  return reply.type(response.mediaType).send(Readable.from(response.bytes, { objectMode: false }));
}

function runBetweenRequests(
  server: FastifyInstance,
  run: (signal: AbortSignal) => Promise<void>,
): void {
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  server.addHook('onReady', async () => {
    running = run(stop.signal);
  });
  server.addHook('onClose', async () => {
    stop.abort();
    await running;
  });
}
