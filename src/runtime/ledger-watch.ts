/**
 * Checks the whole chain while the validator runs, in slices between which taps go on: what the
 * storage changed shows before it matters. Ends the validator when it finds something, because the
 * next start sets a damaged ledger aside.
 */
import type { Clock } from '../../device/clock.ts';
import type { LedgerCursor } from '../store/ledger-outbox.ts';
import { brokenChain } from '../store/store-error.ts';
import type { TapLedger } from '../store/tap-ledger.ts';

export interface LedgerWatchDeps {
  readonly clock: Clock;
  readonly ledger: TapLedger;
}

/** A slice takes some milliseconds, so that 100,000 rows are through within minutes. */
const slice = { rows: 250, everyMs: 1_000 };
const restMs = 24 * 3_600_000;

/** Resolves when the signal aborts. @throws StoreError `ledger/corrupt` */
export async function watchLedger(
  { clock, ledger }: LedgerWatchDeps,
  signal: AbortSignal,
): Promise<void> {
  let from: LedgerCursor | undefined;
  while (!signal.aborted) {
    await clock.sleep(slice.everyMs, signal);
    if (signal.aborted) return;
    const { broken, next } = ledger.audit.verifySlice(slice.rows, from);
    if (broken !== undefined) {
      throw brokenChain('ledger.db', `epoch ${broken.epoch} seq ${broken.seq}: ${broken.what}`);
    }
    if (next === undefined) await clock.sleep(restMs, signal);
    from = next;
  }
}
