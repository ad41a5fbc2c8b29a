/**
 * Goes out of service before the ledger fails for want of room, and back when there is room again.
 *
 *   room ≥ backBytes ── in service ── room < lowBytes ──▶ refuses taps: ledger/disk-low
 *                           └── a write finds no room ──▶ gives up the ballast: ledger/disk-full
 *
 * Room is what is free on the file system and inside the ledger. Out of service, syncing and pruning
 * go on; rows without a receipt stay, whatever happens.
 */
import type { Clock } from '../../device/clock.ts';
import type { Ballast } from '../store/ballast.ts';
import { StoreError } from '../store/store-error.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import type { Report } from './runtime-event.ts';

export interface StorageWatchDeps {
  readonly clock: Clock;
  readonly ledger: Pick<TapLedger, 'freeBytes' | 'outbox'>;
  readonly ballast: Ballast;
  readonly report: Report;
}

export interface StorageWatchOptions {
  /** How long a row is kept after its receipt. */
  readonly retentionMs: number;
  readonly limits?: StorageLimits | undefined;
}

export interface StorageLimits {
  readonly lowBytes: number;
  readonly backBytes: number;
}

export interface StorageWatch {
  /** false: no tap may be accepted, nor begun. */
  readonly isInService: boolean;
  /**
   * For whoever writes rows and failed. @returns whether it was for want of room: then there is some
   * now for receipts and pruning, the device is out of service, and nothing else is the matter.
   */
  takes(error: unknown): boolean;
  /** Looks at once, then now and then until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** A day's taps of a busy door are 2 MiB. Back at more, so that it does not come and go. */
export const storageLimits: StorageLimits = {
  lowBytes: 16 * 1024 * 1024,
  backBytes: 24 * 1024 * 1024,
};

const lookMs = 10_000;

export function createStorageWatch(
  deps: StorageWatchDeps,
  options: StorageWatchOptions,
): StorageWatch {
  const { clock, ledger, ballast, report } = deps;
  const { retentionMs, limits = storageLimits } = options;
  let isInService = true;

  const room = () => ballast.freeBytes() + ledger.freeBytes;

  function leaveService({ code, message, hint }: StoreError): void {
    if (isInService) report({ event: 'out-of-service', code, message, hint });
    isInService = false;
  }

  function look(): void {
    if (isInService) {
      const isHeld = ballast.make();
      const left = room();
      if (!isHeld || left < limits.lowBytes) leaveService(low(left));
      return;
    }
    prune();
    if (!ballast.make() || room() < limits.backBytes) return;
    isInService = true;
    report({ event: 'in-service' });
  }

  /** A receipt prunes, too; but who has nothing to send gets none. */
  function prune(): void {
    const { receiptedAt } = ledger.outbox;
    if (receiptedAt !== undefined) ledger.outbox.prune(receiptedAt - retentionMs);
  }

  const watch: StorageWatch = {
    get isInService() {
      return isInService;
    },
    takes(error) {
      if (!(error instanceof StoreError) || error.code !== 'ledger/disk-full') return false;
      ballast.giveUp();
      leaveService(error);
      return true;
    },
    async run(signal) {
      while (!signal.aborted) {
        try {
          look();
        } catch (error) {
          if (!watch.takes(error)) throw error;
        }
        await clock.sleep(lookMs, signal);
      }
    },
  };
  return watch;
}

function low(left: number): StoreError {
  const message = `room for ${Math.round(left / 1024)} KiB of rows is left`;
  const hint = 'free space on the data partition, or let it sync; it goes on by itself';
  return new StoreError('ledger/disk-low', message, hint);
}
