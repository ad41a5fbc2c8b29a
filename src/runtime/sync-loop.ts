/**
 * Brings the ledger to the backend: one batch in flight, the next only after a signed receipt.
 *
 * Invariants:
 * - no reply makes a row disappear: a row is done with only by a receipt of the backend's key whose
 *   tip is our own hash (promises 5, 9);
 * - backoff resets only by such a receipt, or by a heartbeat when nothing waits for one;
 * - after a failure a heartbeat tries the link before a batch is risked on it.
 */
import type { Clock, MonotonicMs, Random } from '../../device/clock.ts';
import { messageOf } from '../../device/message-of.ts';
import { openReceipt, type Receipt } from '../core/ledger/receipt.ts';
import type { RowStamp } from '../core/ledger/row.ts';
import type { LedgerBatch, LedgerCursor } from '../store/ledger-outbox.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { type Backend, SyncError, type UploadReply } from '../sync/backend.ts';
import { batchBytesMax } from '../sync/wire.ts';
import { createBatchSize } from './batch-size.ts';
import type { Heartbeat } from './heartbeat.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { Failure, Report } from './runtime-event.ts';
import type { StorageWatch } from './storage-watch.ts';

export interface SyncLoopDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: TapLedger;
  readonly backend: Backend;
  /** Without one, the device says nothing of itself. */
  readonly heartbeat?: Heartbeat | undefined;
  readonly report: Report;
  /** For what the loop itself has to put on record. */
  readonly stamp: () => RowStamp;
  /** Without one, a full disk ends the loop. */
  readonly storage?: Pick<StorageWatch, 'takes'> | undefined;
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
  /** When the backend last gave a receipt; absent: never since the start. */
  readonly answeredAt: MonotonicMs | undefined;
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Sends everything now, giving up after 4 failures in a row. */
  drain(signal: AbortSignal): Promise<DrainResult>;
}

export interface DrainResult {
  /** Rows without a receipt; 0 when all is well. */
  readonly unsent: number;
  /** Why it gave up. */
  readonly failure?: Failure;
}

type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'progress' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly waitMs: number };

const backoff = { baseMs: 1_000, capMs: 300_000 };
/** How long a backend may send a device away. */
const retryAfterMaxMs = 3_600_000;
/** Someone waits for a drain: it is over within seconds, whatever the loop's own backoff is. */
const drainFailuresMax = 4;
const drainBackoff = { baseMs: 1_000, capMs: 4_000 };

export function createSyncLoop(deps: SyncLoopDeps, options: SyncLoopOptions): SyncLoop {
  const { clock, random, ledger } = deps;
  let failures = 0;
  const size = createBatchSize();
  /** The link failed, and no heartbeat came through since. */
  let isLinkDoubted = false;
  let answeredAt: MonotonicMs | undefined;
  /** Up to here rows wait until the backend has heard, in a later epoch, what before them is lost. */
  let waiting: LedgerCursor | undefined;
  /** The step under way; the next begins after it, so that one request is in flight. */
  let last: Promise<unknown> = Promise.resolve();

  function step(signal: AbortSignal): Promise<Step> {
    const next = last.then(async () => (await beatWhenDue(signal)) ?? uploadOnce(signal));
    last = next.catch(() => {});
    return next;
  }

  /** @returns undefined when the way is free for a batch. */
  async function beatWhenDue(signal: AbortSignal): Promise<Step | undefined> {
    const { heartbeat } = deps;
    if (heartbeat === undefined || !(isLinkDoubted || heartbeat.isDue)) return undefined;
    try {
      const later = await heartbeat.beat(signal);
      return later === undefined ? heard() : sentAway(later.retryAfterMs);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return signal.aborted ? { kind: 'idle' } : unheard(error);
    }
  }

  function heard(): undefined {
    isLinkDoubted = false;
    if (ledger.outbox.unsent === 0) failures = 0;
  }

  /** A backend that answers, whatever it says to heartbeats, may still take taps. */
  function unheard(error: SyncError): Step | undefined {
    if (error.code !== 'sync/server-error' && error.code !== 'sync/bad-reply') return failed(error);
    isLinkDoubted = false;
    const { code, message, hint } = error;
    deps.report({ event: 'heartbeat-refused', code, message, hint });
    return undefined;
  }

  async function uploadOnce(signal: AbortSignal): Promise<Step> {
    const limits = { rowsMax: size.rowsMax, bytesMax: batchBytesMax };
    const batch = ledger.outbox.nextBatch(limits, waiting);
    if (batch === undefined) return waiting === undefined ? nothingToSend() : stillGap();
    const sentAt = clock.monotonicNow();
    try {
      const reply = await deps.backend.uploadTaps({ device: options.device, ...batch }, signal);
      const step = carryOut(reply, batch);
      if (reply.kind === 'durable') size.onReceipt(clock.monotonicNow() - sentAt);
      return step;
    } catch (error) {
      return afterTrouble(error, signal);
    }
  }

  function afterTrouble(error: unknown, signal: AbortSignal): Step {
    if (error instanceof SyncError) return signal.aborted ? { kind: 'idle' } : failed(error);
    if (deps.storage?.takes(error)) return failed(noRoom(error));
    throw error;
  }

  function stillGap(): Step {
    waiting = undefined;
    const hint = 'it is tried again by itself; update the backend, which does not know such a row';
    const message = 'the backend asks for rows that it was told are lost';
    return failed(new SyncError('sync/gap', message, hint));
  }

  /** The backend holds the rows, and gives the receipt again. */
  function noRoom(cause: unknown): SyncError {
    const hint = 'free space on the data partition; the receipt is asked for again';
    return new SyncError(
      'sync/no-room',
      `there is no room for the receipt: ${messageOf(cause)}`,
      hint,
    );
  }

  /** What was too large may have been a proxy's doing: the next backlog is tried in full again. */
  function nothingToSend(): Step {
    size.forgetLimit();
    return { kind: 'idle' };
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
        return sentAway(reply.retryAfterMs);
    }
  }

  function sentAway(retryAfterMs = 0): Step {
    const waitMs = Math.min(retryAfterMs, retryAfterMaxMs);
    const hint = 'it is tried again by itself; if it stays so, see the log of the backend';
    return failed(new SyncError('sync/later', 'the backend is busy or cannot store', hint), waitMs);
  }

  function sendLess(batch: LedgerBatch): Step {
    if (batch.rows.length > 1) {
      size.onTooLarge(batch.rows.length);
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
    waiting = undefined;
    if (receipt.held === 'quarantine') leaveForkedEpoch(batch.epoch);
    const { unsent } = ledger.outbox;
    answeredAt = clock.monotonicNow();
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
    ledger.leaveForkedEpoch();
    deps.report({ event: 'fork', epoch, newEpoch: ledger.head.epoch });
  }

  function rewind({ epoch }: LedgerBatch, expectedSeq: number): Step {
    if (ledger.outbox.rewind(epoch, expectedSeq)) return lacking(expectedSeq);
    const told = ledger.tellPruned({ epoch, fromSeq: expectedSeq }, deps.stamp());
    if (told === undefined) return lacking(expectedSeq);
    const { isNew, fromSeq, throughSeq } = told;
    if (isNew) deps.report({ event: 'gap-told', epoch, fromSeq, throughSeq });
    ledger.outbox.rewind(epoch, throughSeq + 1);
    waiting = { epoch, seq: Number.MAX_SAFE_INTEGER };
    return { kind: 'progress' };
  }

  function lacking(seq: number): Step {
    const hint = 'they are sent again; ask at the backend why it lost them';
    return failed(new SyncError('sync/gap', `the backend lacks rows from seq ${seq}`, hint));
  }

  function failed({ code, message, hint }: SyncError, waitMs = 0): Step {
    const failure = { code, message, hint };
    isLinkDoubted = true;
    size.onFailure();
    deps.report({ event: 'sync-failed', unsent: ledger.outbox.unsent, ...failure });
    return { kind: 'failed', failure, waitMs };
  }

  function waitAfter(result: Step): number {
    switch (result.kind) {
      case 'idle':
        return options.intervalMs;
      case 'progress':
        return 0;
      case 'failed':
        failures += 1;
        return Math.max(result.waitMs, retryDelayMs(failures, backoff, random.next()));
    }
  }

  const drainWait = (missed: number) => retryDelayMs(missed, drainBackoff, random.next());

  return {
    get answeredAt() {
      return answeredAt;
    },
    async run(signal) {
      await clock.sleep(random.next() * options.startJitterMs, signal);
      while (!signal.aborted) {
        const wait = waitAfter(await step(signal));
        if (wait > 0) await clock.sleep(wait, signal);
      }
    },
    async drain(signal) {
      let result = await step(signal);
      let missed = 0;
      while (result.kind !== 'idle' && !signal.aborted) {
        missed = result.kind === 'failed' ? missed + 1 : 0;
        if (missed === drainFailuresMax) break;
        if (missed > 0) await clock.sleep(drainWait(missed), signal);
        result = await step(signal);
      }
      const { unsent } = ledger.outbox;
      return result.kind === 'failed' ? { unsent, failure: result.failure } : { unsent };
    },
  };
}
