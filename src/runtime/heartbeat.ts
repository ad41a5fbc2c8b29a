/**
 * The heartbeat: tells the backend once a minute how this device is, and tries a link that failed
 * before a batch is risked on it. What comes back is believed only when it is signed for the nonce
 * just sent; an older answer, however genuine, moves nothing.
 */
import type { Clock, Entropy, MonotonicMs } from '../../device/clock.ts';
import { equal } from '../core/bytes.ts';
import { decodeRow } from '../core/ledger/row.ts';
import { nonceBytes, openServerTime } from '../core/ledger/server-time.ts';
import type { SpareGrant } from '../store/spare-grant.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { type Backend, SyncError } from '../sync/backend.ts';
import { batchBytesMax } from '../sync/wire.ts';
import type { HeartbeatAnswer, HeartbeatRequest } from '../sync/wire-heartbeat.ts';
import type { ServerClock } from './server-clock.ts';
import type { Stamper } from './stamp.ts';
import type { TripDesk } from './trip-desk.ts';

export const heartbeatEveryMs = 60_000;

/** What the runtime knows of itself besides its ledger and its clock. */
export type Vitals = Pick<
  HeartbeatRequest,
  | 'rulesVersion'
  | 'release'
  | 'readers'
  | 'listVersion'
  | 'listAgeMs'
  | 'storageFreeBytes'
  | 'storageWearPercent'
  | 'temperatureC'
>;

export interface HeartbeatDeps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly ledger: TapLedger;
  readonly backend: Backend;
  readonly stamper: Pick<Stamper, 'stamp'>;
  readonly serverClock: ServerClock;
  readonly vitals: () => Vitals;
  /** Where a granted epoch goes; without one none is asked for. */
  readonly spare?: Pick<SpareGrant, 'isHeld' | 'usedThrough' | 'keep'> | undefined;
  /** Carries out what a dispatcher says that the bus drives, once. */
  readonly dispatch?: TripDesk['dispatch'] | undefined;
}

export interface HeartbeatOptions {
  readonly device: string;
  /** Ed25519, 32 bytes. */
  readonly receiptKey: Uint8Array;
}

export interface Heartbeat {
  /** A minute is over since the last that was tried. */
  readonly isDue: boolean;
  /**
   * @returns undefined when it was heard, else how long the backend wants to be left alone.
   * @throws SyncError
   */
  beat(signal: AbortSignal): Promise<{ readonly retryAfterMs: number | undefined } | undefined>;
}

export function createHeartbeat(deps: HeartbeatDeps, options: HeartbeatOptions): Heartbeat {
  const { clock, ledger, serverClock, spare } = deps;
  let triedAt: MonotonicMs | undefined;

  function state(nonce: Uint8Array): HeartbeatRequest {
    const { epoch, seq, hash: tip } = ledger.head;
    const { unsent } = ledger.outbox;
    return {
      ...{ nonce, epoch, seq, tip, unsent, oldestUnsentMs: oldestUnsentMs(deps) },
      ...deps.stamper.stamp(),
      clockOffsetMs: serverClock.offsetMs,
      ...deps.vitals(),
      ...(spare && { hasSpareEpoch: spare.isHeld, epochsUsedThrough: spare.usedThrough }),
    };
  }

  function believe(answer: HeartbeatAnswer, nonce: Uint8Array, askedAt: MonotonicMs): void {
    const answeredAt = clock.monotonicNow();
    const time = openServerTime(bytesOf(answer.signed), options.receiptKey);
    if (time === undefined || time.device !== options.device || !equal(time.nonce, nonce)) {
      const hint = 'check backend.receiptKey, and that nothing stands before the backend';
      throw new SyncError('sync/bad-reply', 'the time is not signed for this question', hint);
    }
    serverClock.learn({ serverTime: time.serverTime, askedAt, answeredAt });
    if (answer.epochGrant !== undefined) spare?.keep(bytesOf(answer.epochGrant));
    if (answer.assignment !== undefined) deps.dispatch?.(answer.assignment);
  }

  return {
    get isDue() {
      return triedAt === undefined || clock.monotonicNow() - triedAt >= heartbeatEveryMs;
    },
    async beat(signal) {
      const askedAt = clock.monotonicNow();
      triedAt = askedAt;
      const nonce = deps.entropy.bytes(nonceBytes);
      const reply = await deps.backend.sendHeartbeat(state(nonce), signal);
      if (reply.kind === 'later') return { retryAfterMs: reply.retryAfterMs };
      believe(reply, nonce, askedAt);
      return undefined;
    },
  };
}

/** By the wall clock of both moments; a clock that went back since makes it nothing. */
function oldestUnsentMs({ ledger, clock }: HeartbeatDeps): number | undefined {
  const [oldest] = ledger.outbox.nextBatch({ rowsMax: 1, bytesMax: batchBytesMax })?.rows ?? [];
  const row = oldest && decodeRow(oldest);
  return row && Math.max(0, Math.round(clock.wallNow() - row.wallAt));
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
