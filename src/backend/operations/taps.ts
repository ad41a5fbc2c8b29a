/**
 * POST /v1/taps: one batch in, a signed receipt out. The receipt is signed only after the store's
 * commit is durable (promise 4).
 */
import type { Clock } from '../../../device/clock.ts';
import type { Ed25519PrivateKey } from '../../core/crypto/ed25519.ts';
import {
  batchBytesMax,
  type UploadRequest,
  uploadAccepted,
  uploadConflict,
  uploadRequest,
  wireError,
} from '../../sync/wire.ts';
import type { BackendLog } from '../backend-log.ts';
import type { BackendStore } from '../backend-store.ts';
import { answerBatch } from '../batch-answer.ts';
import { deviceOperation, type Operation } from '../operation.ts';
import { batchTooLarge } from '../read-body.ts';
import { ServerError } from '../server-error.ts';

export interface TapsDeps {
  readonly store: BackendStore;
  readonly clock: Clock;
  readonly receiptKey: Ed25519PrivateKey;
  readonly log: BackendLog;
}

export function tapsOperation({ store, clock, receiptKey, log }: TapsDeps): Operation {
  return deviceOperation(described, async ({ device, body: batch }) => {
    checkBatch(batch, device);
    const result = await store.ingest(batch, clock.wallNow());
    if (result.kind === 'fork') {
      // Two disks wrote in one epoch: a clone or a restored copy, which someone must look at.
      log('warn', 'fork quarantined', { device, epoch: batch.epoch, fromSeq: batch.fromSeq });
    }
    if (result.kind === 'durable' && result.forkedEpochs !== undefined) {
      log('warn', 'salvaged rows quarantined', { device, epochs: result.forkedEpochs.join(' ') });
    }
    const { status, body } = answerBatch(result, batch, receiptKey, clock.wallNow());
    return { status, json: body };
  });
}

const described = {
  operationId: 'uploadTaps',
  method: 'POST',
  path: '/v1/taps',
  summary: 'Upload one batch of ledger rows; idempotent by (device, epoch, seq)',
  description: 'The body may be compressed: Content-Encoding gzip.',
  body: { mediaType: 'application/cbor', schema: uploadRequest },
  answers: {
    200: { description: 'Durable up to durableSeq', schema: uploadAccepted },
    403: { description: "Another device's batch", schema: wireError },
    409: { description: 'The batch does not continue what is held', schema: uploadConflict },
    413: { description: 'Too large: send less at once', schema: wireError },
    415: { description: 'Neither CBOR nor gzip of it', schema: wireError },
    503: { description: 'Not stored: try again', schema: wireError },
  },
} as const;

function checkBatch(batch: UploadRequest, device: string): void {
  const bytes = batch.rows.reduce((sum, row) => sum + row.length, 0);
  if (bytes > batchBytesMax) throw batchTooLarge(`rows of more than ${batchBytesMax} bytes`);
  if (batch.device === device) return;
  throw new ServerError(403, {
    code: 'sync/wrong-device',
    message: `the certificate is ${device}'s, the batch ${batch.device}'s`,
    hint: 'give the device its own certificate and device id',
  });
}
