/**
 * `halte taps import`: at the office, a file of taps from a stick into the backend's ledger; on the
 * device, the receipts that came of it. Either may be done again: nothing counts twice.
 */
import { statSync } from 'node:fs';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { type ImportedTaps, importTaps } from '../backend/import-taps.ts';
import { createOpener } from '../backend/opening.ts';
import { readTapFile } from '../backend/tap-file-reader.ts';
import { readDeviceConfig } from '../config/device-config.ts';
import { readText } from '../config/read-file.ts';
import { receiptLinesMax } from '../runtime/stick-receipts.ts';
import { replaceFile } from '../store/durable-file.ts';
import { sealedBatch } from '../sync/tap-file.ts';
import { openDatabaseOf } from './backend-database.ts';
import { readReceiptKey, readSealingKey } from './backend-keys.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';
import { openLedgerView } from './ledger-view.ts';
import { type DrawOnTerminal, withProgress } from './lists-progress.ts';

export interface TapsImportOptions {
  readonly config?: string;
  readonly db?: string;
  readonly deviceCa?: string;
  readonly sealingKey?: readonly string[];
  readonly receiptKey?: string;
  readonly json?: boolean;
}

export interface TapsImportDeps {
  readonly io: CliIo;
  readonly draw: DrawOnTerminal | undefined;
}

/** Receipts of a file of taps stand beside it. */
const receiptsSuffix = '.receipts';

export async function importFromStick(
  file: string,
  options: TapsImportOptions,
  deps: TapsImportDeps,
): Promise<ExitCode> {
  if (options.config !== undefined) return importReceipts(file, options.config, options, deps.io);
  const { deviceCa, sealingKey, receiptKey, db = 'sqlite:halte.db' } = options;
  if (deviceCa === undefined || sealingKey === undefined || receiptKey === undefined) {
    const message = 'one of --device-ca, --sealing-key and --receipt-key is missing';
    const hint = 'at the office all three are needed; on a device give --config, and its receipts';
    throw new CliError('taps/keys-missing', message, hint);
  }
  const taps = await readTapFile(file, readText(deviceCa));
  const opener = createOpener(sealingKey.map(readSealingKey), sealedBatch);
  const store = await openDatabaseOf(db);
  try {
    const parts = {
      store,
      clock: createSystemClock(),
      opener,
      receiptKey: readReceiptKey(receiptKey),
    };
    const imported = await withProgress('batches', deps.draw, (onBatch) =>
      importTaps(taps, parts, onBatch),
    );
    replaceFile(`${file}${receiptsSuffix}`, imported.receipts.map((line) => `${line}\n`).join(''));
    return report({ device: taps.device, ...imported }, file, options, deps.io);
  } finally {
    await store.close();
  }
}

function report(
  { receipts, ...imported }: ImportedTaps & { readonly device: string },
  file: string,
  { json }: TapsImportOptions,
  io: CliIo,
): ExitCode {
  const { device, rows, forks, gaps } = imported;
  if (json === true) io.out(JSON.stringify({ ...imported, receipts: `${file}${receiptsSuffix}` }));
  else {
    io.out(
      `${rows} rows of ${device} are durable; ${receipts.length} receipts in ${file}${receiptsSuffix}`,
    );
    io.out('→ carry them back: halte taps import FILE.receipts --config … on the device');
  }
  for (const epoch of forks) {
    io.err(`taps/forked: epoch ${epoch} contradicts what is held; its rows are in quarantine`);
    io.err('→ two disks wrote as one device: look at the device before it runs on');
  }
  for (const { epoch, expectedSeq } of gaps) {
    io.err(
      `taps/gap: rows of epoch ${epoch} from seq ${expectedSeq} are missing here and in the file`,
    );
    io.err(
      '→ the device has receipts for them: restore this backend’s backup, or connect the device',
    );
  }
  return gaps.length + forks.length === 0 ? 0 : 1;
}

async function importReceipts(
  file: string,
  configFile: string,
  { json }: TapsImportOptions,
  io: CliIo,
): Promise<ExitCode> {
  const lines = receiptsIn(file);
  await using view = await openLedgerView(readDeviceConfig(configFile));
  const sum = { taken: 0, refused: 0, unsent: await view.unsent() };
  for (let from = 0; from < lines.length; from += receiptLinesMax) {
    const part = await view.takeReceipts(lines.slice(from, from + receiptLinesMax));
    sum.taken += part.taken;
    sum.refused += part.refused;
    sum.unsent = part.unsent;
  }
  io.out(
    json === true ? JSON.stringify(sum) : `${sum.taken} receipts taken, ${sum.unsent} rows unsent`,
  );
  if (sum.refused === 0) return 0;
  io.err(`taps/foreign-receipts: ${sum.refused} receipts are not for this ledger`);
  io.err('→ is it the stick of this device, and backend.receiptKey the key of its backend?');
  return 1;
}

/** A line has some 350 characters; a stick may hold anything. */
const receiptsFileBytesMax = 16 * 1024 * 1024;
const base64Line = /^[A-Za-z0-9+/]{1,2048}={0,2}$/;

function receiptsIn(file: string): readonly string[] {
  const isSmall = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= receiptsFileBytesMax;
  const lines = isSmall
    ? readText(file)
        .split('\n')
        .filter((line) => line !== '')
    : [];
  if (lines.length > 0 && lines.every((line) => base64Line.test(line))) return lines;
  const hint = 'on a device the .receipts file is imported, which the office’s import wrote';
  throw new CliError('taps/no-receipts', `${file} holds no receipts`, hint);
}
