/**
 * The port through which the device reaches its backend. Implementations: HTTPS with mutual TLS,
 * and the simulator's in-process twin.
 */

import type { UploadAccepted, UploadConflict, UploadRequest } from './wire.ts';
import type { HeartbeatAnswer, HeartbeatRequest } from './wire-heartbeat.ts';

export type UploadReply =
  | ({ readonly kind: 'durable' } & UploadAccepted)
  | ({ readonly kind: 'conflict' } & UploadConflict)
  /** 413: the batch is too large for this backend. */
  | { readonly kind: 'too-large' }
  /** 429 or 503. */
  | { readonly kind: 'later'; readonly retryAfterMs: number | undefined };

export type HeartbeatReply =
  | ({ readonly kind: 'heard' } & HeartbeatAnswer)
  /** 429 or 503. */
  | { readonly kind: 'later'; readonly retryAfterMs: number | undefined };

export interface Backend {
  /**
   * Uploads one batch. Idempotent: the same rows again are a success.
   * @throws SyncError when no answer came or the answer is none of the above; the batch may or may
   * not have arrived.
   */
  uploadTaps(batch: UploadRequest, signal: AbortSignal): Promise<UploadReply>;
  /** @throws SyncError as {@link uploadTaps} does. */
  sendHeartbeat(heartbeat: HeartbeatRequest, signal: AbortSignal): Promise<HeartbeatReply>;
}

export type SyncErrorCode =
  | 'sync/unreachable'
  | 'sync/timeout'
  | 'sync/server-untrusted'
  | 'sync/not-enrolled'
  | 'sync/revoked'
  | 'sync/bad-reply'
  | 'sync/gap'
  | 'sync/later'
  | 'sync/too-large'
  | 'sync/no-room'
  | 'sync/server-error';

export class SyncError extends Error {
  readonly code: SyncErrorCode;
  readonly hint: string;

  constructor(code: SyncErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SyncError';
    this.code = code;
    this.hint = hint;
  }
}
