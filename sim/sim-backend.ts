/**
 * The twin of the HTTPS backend: the real store and the real receipts, with a network in between
 * that loses what the fault settings say. No sockets, so that a run depends on its seed alone.
 */
import type { Clock, Random } from '../device/clock.ts';
import type { BackendStore } from '../src/backend/backend-store.ts';
import { answerBatch } from '../src/backend/batch-answer.ts';
import { answerHeartbeat } from '../src/backend/heartbeat-answer.ts';
import type { Ed25519PrivateKey } from '../src/core/crypto/ed25519.ts';
import { type Backend, SyncError } from '../src/sync/backend.ts';

/** Probabilities from 0 to 1, drawn anew for each upload, in this order. */
export interface NetworkFaults {
  /** The batch never arrives. */
  readonly requestLost?: number;
  /** The backend says 503 and stores nothing. */
  readonly busy?: number;
  /** The batch is stored, and the device never hears of it. */
  readonly replyLost?: number;
}

export interface SimBackend extends Backend {
  /** Replaces the faults from now on. */
  setFaults(faults: NetworkFaults): void;
  readonly uploads: { readonly sent: number; readonly lost: number };
}

export interface SimBackendDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: BackendStore;
  readonly receiptKey: Ed25519PrivateKey;
  /** Whose heartbeats come. */
  readonly device: string;
}

/** A mobile network's round trip. */
const roundTripMs = 80;

export function createSimBackend(deps: SimBackendDeps, faults: NetworkFaults = {}): SimBackend {
  const { clock, random, store, receiptKey, device } = deps;
  const uploads = { sent: 0, lost: 0 };
  let current = faults;
  const happens = (probability = 0) => random.next() < probability;
  const lose = (): never => {
    uploads.lost += 1;
    throw new SyncError(
      'sync/unreachable',
      'the simulated network lost it',
      'wait for the network',
    );
  };

  return {
    uploads,
    setFaults(next) {
      current = next;
    },
    async uploadTaps(batch, signal) {
      uploads.sent += 1;
      await clock.sleep(roundTripMs, signal);
      if (signal.aborted || happens(current.requestLost)) return lose();
      if (happens(current.busy)) return { kind: 'later', retryAfterMs: undefined };
      const result = await store.ingest(batch, clock.wallNow());
      if (happens(current.replyLost)) return lose();
      const answer = answerBatch(result, batch, receiptKey, clock.wallNow());
      return answer.status === 200
        ? { kind: 'durable', ...answer.body }
        : { kind: 'conflict', ...answer.body };
    },
    async sendHeartbeat(heartbeat, signal) {
      await clock.sleep(roundTripMs, signal);
      if (signal.aborted || happens(current.requestLost)) return lose();
      const answer = await answerHeartbeat({ ...deps, log: () => {} }, device, heartbeat);
      return { kind: 'heard', ...answer };
    },
  };
}
