/** Puts a jump of the wall clock on record before the next row is stamped with it. */
import type { TapLedger } from '../store/tap-ledger.ts';
import type { Report } from './runtime-event.ts';
import type { Stamper } from './stamp.ts';

export interface ClockRecordDeps {
  readonly ledger: Pick<TapLedger, 'append'>;
  readonly stamper: Stamper;
  readonly report: Report;
}

/** @throws StoreError */
export function recordClockStep({ ledger, stamper, report }: ClockRecordDeps): void {
  const stepMs = stamper.stepSinceLastLook();
  if (stepMs === undefined) return;
  ledger.append({ kind: 'clock-step', ...stamper.stamp(), stepMs });
  report({ event: 'clock-step', stepMs });
}
