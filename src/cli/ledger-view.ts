/**
 * The ledger as a command sees it: through the control socket when a validator runs, else by
 * opening the file. Commands do not know which.
 */
import { existsSync } from 'node:fs';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { DeviceConfig } from '../config/device-config.ts';
import { controlSocketPath } from '../runtime/control-socket.ts';
import {
  batchFromJson,
  entryAsJson,
  type LedgerBatchJson,
  type LedgerEntryJson,
} from '../runtime/ledger-json.ts';
import { type ReceiptsTaken, takeReceipts } from '../runtime/stick-receipts.ts';
import type { DrainResult } from '../runtime/sync-loop.ts';
import type { LedgerEpoch, LedgerSlice, LedgerVerdict } from '../store/ledger-audit.ts';
import type { LedgerBatch, LedgerCursor } from '../store/ledger-outbox.ts';
import { batchBytesMax, batchRowsMax } from '../sync/wire.ts';
import { CliError } from './cli-io.ts';
import { askControl, isControlAnswering } from './control-client.ts';
import { createDeviceSync, ledgerPath, openDeviceLedger, receiptsOf } from './device-parts.ts';

type OnUnsent = (rows: number) => void;

export interface LedgerView extends AsyncDisposable {
  /** Entries after the cursor, oldest first; empty at the end. */
  page(after: LedgerCursor): Promise<readonly LedgerEntryJson[]>;
  verify(): Promise<LedgerVerdict>;
  /** Oldest first. */
  epochs(): Promise<readonly LedgerEpoch[]>;
  /** Rows without a receipt. */
  unsent(): Promise<number>;
  /** Of them, those that come after the cursor; undefined when there are none. */
  batch(after: LedgerCursor): Promise<LedgerBatch | undefined>;
  /** @param lines receipts in base64, oldest first; at most `receiptLinesMax`. */
  takeReceipts(lines: readonly string[]): Promise<ReceiptsTaken>;
  /** Sends everything now, or tells why it gave up. @param onUnsent is told how many rows are left. */
  drain(signal: AbortSignal, onUnsent?: OnUnsent): Promise<DrainResult>;
}

/** Every entry, oldest first, page by page. */
export async function* entriesOf(view: LedgerView): AsyncGenerator<LedgerEntryJson> {
  let page = await view.page({ epoch: 0, seq: 0 });
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    yield* page;
    page = await view.page({ epoch: last.epoch, seq: last.seq });
  }
}

const pageEntriesMax = 1_000;
const batchLimits = { rowsMax: batchRowsMax, bytesMax: batchBytesMax };

export async function openLedgerView(config: DeviceConfig): Promise<LedgerView> {
  const socket = controlSocketPath(config.dataDir);
  return (await isControlAnswering(socket)) ? runningView(socket) : fileView(config);
}

function runningView(socket: string): LedgerView {
  return {
    async page({ epoch, seq }) {
      const answer = await askControl(socket, 'GET', `/taps?epoch=${epoch}&seq=${seq}`);
      return (answer as { entries: LedgerEntryJson[] }).entries;
    },
    verify: () => verifyRunning(socket),
    async epochs() {
      const answer = await askControl(socket, 'GET', '/epochs');
      return (answer as { epochs: LedgerEpoch[] }).epochs;
    },
    unsent: () => unsentRows(socket),
    async batch({ epoch, seq }) {
      const answer = await askControl(socket, 'GET', `/batch?epoch=${epoch}&seq=${seq}`);
      return batchFromJson((answer as { batch: LedgerBatchJson | null }).batch);
    },
    async takeReceipts(lines) {
      const options = { body: lines.join('\n') };
      return (await askControl(socket, 'POST', '/receipts', options)) as ReceiptsTaken;
    },
    drain: (signal, onUnsent) => drainRunning(socket, signal, onUnsent),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function unsentRows(socket: string): Promise<number> {
  return ((await askControl(socket, 'GET', '/status')) as { readonly unsent: number }).unsent;
}

const lookMs = 300;

/** The validator drains; how far it is, is asked beside. */
async function drainRunning(
  socket: string,
  signal: AbortSignal,
  onUnsent: OnUnsent = () => {},
): Promise<DrainResult> {
  const over = new AbortController();
  const clock = createSystemClock();
  const looking = (async () => {
    while (!over.signal.aborted) {
      // What it did not answer it will say at the end of the drain.
      const rows = await unsentRows(socket).catch(() => undefined);
      if (rows !== undefined) onUnsent(rows);
      await clock.sleep(lookMs, over.signal);
    }
  })();
  try {
    return (await askControl(socket, 'POST', '/drain', { signal })) as DrainResult;
  } finally {
    over.abort();
    await looking;
  }
}

/** Part by part: taps go on between them. */
async function verifyRunning(socket: string): Promise<LedgerVerdict> {
  let rows = 0;
  let next: LedgerCursor | undefined = { epoch: 0, seq: 0 };
  while (next !== undefined) {
    const question = `/verify?epoch=${next.epoch}&seq=${next.seq}`;
    const slice = (await askControl(socket, 'GET', question)) as LedgerSlice;
    rows += slice.rows;
    if (slice.broken !== undefined) return { rows, broken: slice.broken };
    next = slice.next;
  }
  return { rows };
}

function fileView(config: DeviceConfig): LedgerView {
  const path = ledgerPath(config);
  if (!existsSync(path)) {
    const hint = 'check dataDir in the configuration; "halte run" makes a ledger';
    throw new CliError('ledger/not-found', `there is no ${path}`, hint);
  }
  const ledger = openDeviceLedger(config);
  return {
    page: async (after) => ledger.audit.entries(pageEntriesMax, after).map(entryAsJson),
    verify: async () => ledger.audit.verify(),
    epochs: async () => ledger.audit.epochs(),
    unsent: async () => ledger.outbox.unsent,
    batch: async (after) => ledger.outbox.nextBatch(batchLimits, after),
    takeReceipts: async (lines) => takeReceipts(lines, { ledger, ...receiptsOf(config) }),
    async drain(signal, onUnsent) {
      await using sync = createDeviceSync(config, ledger, (event) => {
        if (event.event === 'synced') onUnsent?.(event.unsent);
      });
      // Awaited here: the connection must stay open for as long as the drain takes.
      return await sync.loop.drain(signal);
    },
    [Symbol.asyncDispose]: async () => ledger.close(),
  };
}
