/** What the backend answers to a batch, given what its store did with it: the signed receipt. */
import type { Ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { type Receipt, signReceipt } from '../core/ledger/receipt.ts';
import type { UploadAccepted, UploadConflict, UploadRequest } from '../sync/wire.ts';
import type { IngestResult } from './backend-store.ts';

export type BatchAnswer =
  | { readonly status: 200; readonly body: UploadAccepted }
  | { readonly status: 409; readonly body: UploadConflict };

/** @param serverTime milliseconds since 1970. */
export function answerBatch(
  result: IngestResult,
  { device, epoch }: Pick<UploadRequest, 'device' | 'epoch'>,
  receiptKey: Ed25519PrivateKey,
  serverTime: number,
): BatchAnswer {
  const sign = (receipt: Pick<Receipt, 'held' | 'durableSeq' | 'tip'>) => {
    const bytes = signReceipt(receiptKey, { device, epoch, serverTime, ...receipt });
    return Buffer.from(bytes).toString('base64');
  };
  switch (result.kind) {
    case 'durable': {
      const { durableSeq, tip } = result.ledger;
      const receipt = sign({ held: 'ledger', durableSeq, tip });
      const tipText = Buffer.from(tip).toString('hex');
      return { status: 200, body: { durableSeq, tip: tipText, receipt, serverTime } };
    }
    case 'fork': {
      const receipt = sign({ held: 'quarantine', ...result.branch });
      const { expectedSeq } = result;
      return { status: 409, body: { reason: 'fork', expectedSeq, receipt, serverTime } };
    }
    case 'gap': {
      const { expectedSeq } = result;
      return { status: 409, body: { reason: 'gap', expectedSeq, serverTime } };
    }
  }
}
