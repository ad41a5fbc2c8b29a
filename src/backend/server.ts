/**
 * The backend's HTTPS front: mutual TLS, the sync protocol, its OpenAPI document. Devices are who
 * their certificate says they are; nothing in a body can make one device speak for another.
 */
import { type FastifyInstance, fastify } from 'fastify';
import { type AuthoriseRouteDeps, addAuthoriseRoutes } from './authorise-route.ts';
import { openApiDocument } from './openapi.ts';
import { answerErrors } from './server-error.ts';
import { addTapsRoute, type TapsRouteDeps } from './taps-route.ts';
import { addTargetsRoutes } from './targets-route.ts';

export interface BackendServerOptions {
  /** PEM: the server's certificate and key, and the CA that signs device certificates. */
  readonly cert: string;
  readonly key: string;
  readonly deviceCa: string;
  /** Lines of JSON to standard output: every request, or trouble only. */
  readonly logLevel: 'info' | 'warn' | 'silent';
  /** A repository of signed targets to hand out to devices; absent: there is none. */
  readonly targetsFolder?: string | undefined;
}

/** Compressed; a longer one cannot be an allowed body. */
const requestBytesMax = 512 * 1024;
const connectionTimeoutMs = 30_000;

export type BackendServer = FastifyInstance;

/** Not listening yet. Closing it does not close the store. */
export function createBackendServer(
  deps: TapsRouteDeps & AuthoriseRouteDeps,
  options: BackendServerOptions,
): BackendServer {
  const server = fastify({
    https: {
      cert: options.cert,
      key: options.key,
      ca: options.deviceCa,
      requestCert: true,
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
  answerErrors(server);
  addTapsRoute(server, deps);
  addAuthoriseRoutes(server, deps);
  if (options.targetsFolder !== undefined) addTargetsRoutes(server, options.targetsFolder);
  server.get('/openapi.json', async () => openApiDocument());
  server.get('/v1/health', async () => ({ status: 'ok', serverTime: deps.clock.wallNow() }));
  return server;
}
