/**
 * Brings the ledger to the backend: one batch in flight, the next only after a signed receipt.
 *
 * Invariants:
 * - no reply makes a row disappear: a row is done with only by a receipt of the backend's key whose
 *   tip is our own hash (promises 5, 9);
 * - backoff resets only by such a receipt.
 */
import type { Clock, Random } from '../../device/clock.ts';
import { openReceipt, type Receipt } from '../core/ledger/receipt.ts';
import type { LedgerBatch } from '../store/ledger-outbox.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { type Backend, SyncError, type UploadReply } from '../sync/backend.ts';
import { batchBytesMax, batchRowsMax } from '../sync/wire.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { Report } from './runtime-event.ts';

export interface SyncLoopDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: TapLedger;
  readonly backend: Backend;
  readonly report: Report;
}

export interface SyncLoopOptions {
  readonly device: string;
  /** Ed25519, 32 bytes. */
  readonly receiptKey: Uint8Array;
  readonly intervalMs: number;
  readonly startJitterMs: number;
  readonly retentionMs: number;
}

export interface SyncLoop {
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Sends everything now, waiting after a failure as run does. @returns rows still unsent: 0, or
   * more after 4 failures in a row.
   */
  drain(signal: AbortSignal): Promise<number>;
}

type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'progress' }
  | { readonly kind: 'failed'; readonly waitMs?: number | undefined };

const backoff = { baseMs: 1_000, capMs: 300_000 };
/** How long a backend may send a device away. */
const retryAfterMaxMs = 3_600_000;
const drainFailuresMax = 4;

export function createSyncLoop(deps: SyncLoopDeps, options: SyncLoopOptions): SyncLoop {
  const { clock, random, ledger } = deps;
  let failures = 0;
  let rowsMax = batchRowsMax;
  /** The step under way; the next begins after it, so that one request is in flight. */
  let last: Promise<unknown> = Promise.resolve();

  function step(signal: AbortSignal): Promise<Step> {
    const next = last.then(() => uploadOnce(signal));
    last = next.catch(() => {});
    return next;
  }

  async function uploadOnce(signal: AbortSignal): Promise<Step> {
    const batch = ledger.outbox.nextBatch({ rowsMax, bytesMax: batchBytesMax });
    if (batch === undefined) return { kind: 'idle' };
    try {
      const reply = await deps.backend.uploadTaps({ device: options.device, ...batch }, signal);
      return carryOut(reply, batch);
    } catch (error) {
      if (signal.aborted) return { kind: 'idle' };
      return failed(error);
    }
  }

  function carryOut(reply: UploadReply, batch: LedgerBatch): Step {
    switch (reply.kind) {
      case 'durable':
        return acknowledge(reply.receipt, batch);
      case 'conflict':
        return reply.reason === 'gap'
          ? rewind(batch, reply.expectedSeq)
          : acknowledge(reply.receipt ?? '', batch);
      case 'too-large':
        return sendLess(batch);
      case 'later':
        return { kind: 'failed', waitMs: Math.min(reply.retryAfterMs ?? 0, retryAfterMaxMs) };
    }
  }

  function sendLess(batch: LedgerBatch): Step {
    if (batch.rows.length > 1) {
      rowsMax = Math.floor(batch.rows.length / 2);
      return { kind: 'progress' };
    }
    const hint = 'raise the body limit of the backend, or of what stands before it';
    throw new SyncError('sync/too-large', `row ${batch.fromSeq} alone is too large`, hint);
  }

  function acknowledge(text: string, batch: LedgerBatch): Step {
    const bytes = new Uint8Array(Buffer.from(text, 'base64'));
    const receipt = openReceipt(bytes, options.receiptKey);
    if (
      receipt === undefined ||
      !isFor(receipt, batch) ||
      !ledger.outbox.acknowledge(receipt, bytes)
    ) {
      const hint = 'check backend.receiptKey; taps stay in the ledger until a receipt is right';
      throw new SyncError('sync/bad-reply', 'the receipt is not for these rows', hint);
    }
    failures = 0;
    if (receipt.held === 'quarantine') leaveForkedEpoch(batch.epoch);
    const { unsent } = ledger.outbox;
    deps.report({ event: 'synced', throughSeq: receipt.durableSeq, unsent });
    ledger.outbox.prune(receipt.serverTime - options.retentionMs);
    return { kind: 'progress' };
  }

  /** A receipt that ends before the batch would be progress without end. */
  function isFor(receipt: Receipt, batch: LedgerBatch): boolean {
    const isOurs = receipt.device === options.device && receipt.epoch === batch.epoch;
    return isOurs && receipt.durableSeq >= batch.fromSeq;
  }

  /** Someone else wrote in this epoch: what we wrote is safe in quarantine, new taps go elsewhere. */
  function leaveForkedEpoch(epoch: number): void {
    if (epoch !== ledger.head.epoch) return;
    ledger.startEpoch();
    deps.report({ event: 'fork', epoch, newEpoch: ledger.head.epoch });
  }

  function rewind(batch: LedgerBatch, expectedSeq: number): Step {
    if (ledger.outbox.rewind(batch.epoch, expectedSeq)) return { kind: 'failed', waitMs: 0 };
    const hint = 'the backend lost rows that this device has pruned; restore its backup';
    throw new SyncError('sync/gap', `the backend lacks rows from seq ${expectedSeq}`, hint);
  }

  function failed(error: unknown): Step {
    if (!(error instanceof SyncError)) throw error;
    const { code, message, hint } = error;
    deps.report({ event: 'sync-failed', unsent: ledger.outbox.unsent, code, message, hint });
    return { kind: 'failed' };
  }

  function waitAfter(result: Step): number {
    switch (result.kind) {
      case 'idle':
        return options.intervalMs;
      case 'progress':
        return 0;
      case 'failed':
        failures += 1;
        return Math.max(result.waitMs ?? 0, retryDelayMs(failures, backoff, random.next()));
    }
  }

  return {
    async run(signal) {
      await clock.sleep(random.next() * options.startJitterMs, signal);
      while (!signal.aborted) {
        const wait = waitAfter(await step(signal));
        if (wait > 0) await clock.sleep(wait, signal);
      }
    },
    async drain(signal) {
      for (let missed = 0; !signal.aborted; ) {
        const result = await step(signal);
        if (result.kind === 'idle') break;
        missed = result.kind === 'failed' ? missed + 1 : 0;
        if (missed === drainFailuresMax) break;
        if (missed > 0) await clock.sleep(waitAfter(result), signal);
      }
      return ledger.outbox.unsent;
    },
  };
}
