/** The end of the demo's day: everything is sent, and three views of it are held side by side. */
import type { BackendStore } from '../../src/backend/backend-store.ts';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { entriesOf, type LedgerView, openLedgerView } from '../../src/cli/ledger-view.ts';
import { readDeviceConfig } from '../../src/config/device-config.ts';
import type { FailingReplies } from '../failing-replies.ts';
import type { RecordingIndicator } from '../recording-indicator.ts';
import { backendView, ledgerView, reconcile, ridersView } from './reconcile.ts';
import type { Workshop } from './workshop.ts';

export interface Day {
  readonly workshop: Workshop;
  readonly config: string;
  readonly store: BackendStore;
  readonly replies: FailingReplies;
  readonly indicator: RecordingIndicator;
}

/** With half of the replies lost, one drain in 16 gives up; so many never do. */
const drainsMax = 10;

/** @returns whether riders, ledger and backend agree, nothing is unsent and the chain holds. */
export async function closeTheDay(day: Day, io: CliIo, surprises: number): Promise<boolean> {
  await using view = await openLedgerView(readDeviceConfig(day.config));
  const unsent = await drainAll(view, io.stopping);
  const verdict = await view.verify();
  const summary = await day.store.summary(day.workshop.device);
  const { lines, agrees } = reconcile(
    ridersView(day.indicator.signals),
    ledgerView(await Array.fromAsync(entriesOf(view))),
    backendView(summary),
  );
  const unbroken = verdict.broken === undefined;
  io.out(`\n${lines.join('\n')}\n`);
  io.out(
    `  ${unsent} unsent, ${day.replies.lost} replies lost on the way, ${summary.rows} rows held`,
  );
  io.out(`  ${verdict.rows} rows in the ledger, chain ${unbroken ? 'unbroken' : 'BROKEN'}`);
  if (surprises > 0) io.out(`  ${surprises} taps ended otherwise than they should`);
  const well = agrees && unsent === 0 && unbroken;
  io.out(well ? '  riders, ledger and backend agree' : '  THEY DO NOT AGREE');
  return well;
}

async function drainAll(view: LedgerView, signal: AbortSignal): Promise<number> {
  let { unsent } = await view.drain(signal);
  for (let drains = 1; unsent > 0 && drains < drainsMax; drains += 1) {
    unsent = (await view.drain(signal)).unsent;
  }
  return unsent;
}
