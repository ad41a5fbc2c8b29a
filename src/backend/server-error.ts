/** Refusals of the backend, each with a code, and the one place that turns trouble into answers. */
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

export interface Refusal {
  readonly status: number;
  readonly json: WireError;
  /** Set when it is our trouble, not the caller's. */
  readonly trouble?: unknown;
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof ServerError) return { status: error.statusCode, json: error.body };
  const status = statusOf(error);
  if (status < 500) {
    const message = messageOf(error);
    const hint = 'see /openapi.json for the protocol';
    return { status, json: { code: 'sync/bad-request', message, hint } };
  }
  const message = 'the backend could not do it';
  const hint = 'nothing was acknowledged; it is tried again by itself';
  return {
    status: 503,
    json: { code: 'sync/backend-failed', message, hint },
    trouble: error,
  };
}

/** Fastify marks what the client did wrong (body too large, unknown media type) with a 4xx. */
function statusOf(error: unknown): number {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}
