/** `halte taps`: look at the ledger and check its chain, beside a running validator or alone. */
import { readDeviceConfig } from '../config/device-config.ts';
import type { LedgerEntryJson } from '../runtime/ledger-json.ts';
import type { LedgerEpoch } from '../store/ledger-audit.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { entriesOf, openLedgerView } from './ledger-view.ts';

export interface TapsOptions {
  readonly config: string;
  readonly json?: boolean;
}

export async function listTaps(options: TapsOptions, io: CliIo): Promise<ExitCode> {
  await using view = await openLedgerView(readDeviceConfig(options.config));
  const print = options.json === true ? JSON.stringify : lineOf;
  if (options.json !== true) io.out(heading);
  for await (const entry of entriesOf(view)) {
    if (io.stopping.aborted) break;
    io.out(print(entry));
  }
  return 0;
}

export async function verifyTaps(options: TapsOptions, io: CliIo): Promise<ExitCode> {
  await using view = await openLedgerView(readDeviceConfig(options.config));
  const verdict = await view.verify();
  const epochs = await view.epochs();
  const { rows, broken } = verdict;
  if (options.json === true) io.out(JSON.stringify({ ...verdict, epochs }));
  else {
    if (broken === undefined) io.out(`${rows} rows, chain unbroken`);
    for (const epoch of epochs) io.out(epochLine(epoch));
  }
  if (broken === undefined) return 0;
  io.err(`ledger/chain-broken: epoch ${broken.epoch} seq ${broken.seq}: ${broken.what}`);
  io.err('→ keep the data folder as it is and report it: someone or something changed the ledger');
  return 1;
}

function epochLine({ epoch, origin, lastSeq, durableSeq }: LedgerEpoch): string {
  return `epoch ${epoch}, ${origin}: ${lastSeq} rows written, ${lastSeq - durableSeq} unsent`;
}

const widths = [16, 12, 8, 20, 11, 6, 9, 14, 22, 9, 4] as const;
const heading = columns([
  'epoch',
  'origin',
  'seq',
  'time',
  'kind',
  'medium',
  'outcome',
  'basis',
  'reason',
  'amount',
  'sent',
]);

function lineOf({ epoch, origin, seq, sent, row }: LedgerEntryJson): string {
  const field = (name: string) => String(row?.[name] ?? '-');
  const time = row === null ? '-' : new Date(Number(row.wallAt)).toISOString().slice(0, 19);
  return columns([
    String(epoch),
    origin,
    String(seq),
    time,
    row === null ? 'unknown' : field('kind'),
    field('medium'),
    field('outcome'),
    field('basis'),
    row === null ? '-' : whatOf(row),
    field('amount'),
    sent ? 'yes' : 'no',
  ]);
}

/** What there is to say of a row, in the column of reasons. */
function whatOf(row: NonNullable<LedgerEntryJson['row']>): string {
  switch (row.kind) {
    case 'cash-fare':
    case 'rider-count':
      return `${row.numRiders} × ${row.riderCategory ?? row.fareProduct}`;
    case 'void':
      return `${row.cause} ${row.voidedEpoch}/${row.voidedSeq}`;
    case 'inspection':
      return `${row.found} taps`;
    case 'fail-open':
      return row.on === 1 ? 'on' : 'off';
    case 'fare-code':
      return String(row.reference);
    case 'refusals':
      return `${row.count} × ${row.reason}`;
    default:
      return String(row.reason ?? '-');
  }
}

function columns(texts: readonly string[]): string {
  return texts
    .map((text, index) => text.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd();
}
