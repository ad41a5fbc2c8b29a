/** Refusals of the backend, each with a code, and the one place that turns them into answers. */
import type { FastifyInstance } from 'fastify';
import { messageOf } from '../../device/message-of.ts';
import type { WireError } from '../sync/wire.ts';

export class ServerError extends Error {
  readonly statusCode: number;
  readonly body: WireError;

  constructor(statusCode: number, body: WireError) {
    super(body.message);
    this.name = 'ServerError';
    this.statusCode = statusCode;
    this.body = body;
  }
}

export function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler(async (error, request, reply) => {
    if (error instanceof ServerError) return reply.code(error.statusCode).send(error.body);
    const status = statusOf(error);
    if (status < 500) {
      const message = messageOf(error);
      const hint = 'see /openapi.json for the protocol';
      return reply.code(status).send({ code: 'sync/bad-request', message, hint });
    }
    request.log.error({ err: error }, 'request failed');
    return reply.code(503).send({
      code: 'sync/backend-failed',
      message: 'the backend could not store the batch',
      hint: 'nothing was acknowledged; it is tried again by itself',
    });
  });
}

/** Fastify marks what the client did wrong (body too large, unknown media type) with a 4xx. */
function statusOf(error: unknown): number {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}
