/**
 * POST /v1/taps: one batch in, a signed receipt out. The receipt is signed only after the store's
 * commit is durable (promise 4).
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../device/clock.ts';
import { decodeCbor } from '../core/crypto/cbor.ts';
import type { Ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import {
  batchBytesMax,
  batchRowsMax,
  bodyBytesMax,
  type UploadRequest,
  uploadRequest,
} from '../sync/wire.ts';
import type { BackendStore } from './backend-store.ts';
import { answerBatch } from './batch-answer.ts';
import { deviceOf } from './device-identity.ts';
import { ServerError } from './server-error.ts';

export interface TapsRouteDeps {
  readonly store: BackendStore;
  readonly clock: Clock;
  readonly receiptKey: Ed25519PrivateKey;
}

const decompress = promisify(gunzip);

export function addTapsRoute(server: FastifyInstance, deps: TapsRouteDeps): void {
  server.addContentTypeParser(
    'application/cbor',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) =>
      request.headers['content-encoding'] === 'gzip' ? unzip(body) : body,
  );

  // A stranger is turned away before a byte of the body is read.
  const onRequest = async (request: FastifyRequest) => void deviceOf(request);
  server.post('/v1/taps', { onRequest }, async (request, reply) => {
    const device = deviceOf(request);
    const batch = readBatch(request.body);
    if (batch.device !== device) {
      throw new ServerError(403, {
        code: 'sync/wrong-device',
        message: `the certificate is ${device}'s, the batch ${batch.device}'s`,
        hint: 'give the device its own certificate and device id',
      });
    }
    const result = await deps.store.ingest(batch, deps.clock.wallNow());
    if (result.kind === 'fork') {
      // Two disks wrote in one epoch: a clone or a restored copy, which someone must look at.
      request.log.warn({ device, epoch: batch.epoch, fromSeq: batch.fromSeq }, 'fork quarantined');
    }
    const answer = answerBatch(result, batch, deps.receiptKey, deps.clock.wallNow());
    return reply.code(answer.status).send(answer.body);
  });
}

async function unzip(body: Buffer): Promise<Buffer> {
  try {
    return await decompress(body, { maxOutputLength: bodyBytesMax });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(`more than ${bodyBytesMax} bytes`);
    }
    throw notInProtocol('the body is not gzip');
  }
}

function readBatch(body: unknown): UploadRequest {
  const fields = body instanceof Uint8Array ? decodeCbor(new Uint8Array(body)) : undefined;
  const batch = uploadRequest.safeParse(fields instanceof Map ? Object.fromEntries(fields) : {});
  if (!batch.success) {
    const issue = batch.error.issues[0];
    const path = issue?.path.join('.');
    if (issue?.code === 'too_big' && path === 'rows') throw tooLarge(`over ${batchRowsMax} rows`);
    throw notInProtocol(`${path || 'body'}: ${issue?.message}`);
  }
  const bytes = batch.data.rows.reduce((sum, row) => sum + row.length, 0);
  if (bytes > batchBytesMax) throw tooLarge(`rows of more than ${batchBytesMax} bytes`);
  return batch.data;
}

/** The device sends less at once. */
function tooLarge(message: string): ServerError {
  const hint = 'send fewer rows at once';
  return new ServerError(413, { code: 'sync/batch-too-large', message, hint });
}

function notInProtocol(message: string): ServerError {
  const hint = 'see /openapi.json for the protocol';
  return new ServerError(400, { code: 'sync/bad-request', message, hint });
}
