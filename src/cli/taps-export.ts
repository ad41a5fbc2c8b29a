/**
 * `halte taps export`: every row without a receipt into one file for a stick, signed by this device
 * and sealed to its backend. The ledger keeps the rows until receipts for them have come.
 */
import { existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../device/message-of.ts';
import { createSystemEntropy } from '../../device/os/system-chance.ts';
import { type DeviceConfig, readDeviceConfig } from '../config/device-config.ts';
import { p256Signer } from '../core/crypto/p256-signer.ts';
import { syncPath } from '../store/durable-file.ts';
import { createSealer } from '../sync/sealing.ts';
import { sealedBatch } from '../sync/tap-file.ts';
import { type TapFileAuthor, tapFileOf } from '../sync/tap-file-writer.ts';
import type { UploadRequest } from '../sync/wire.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';
import { openDeviceIdentity } from './device-identity.ts';
import { type LedgerView, openLedgerView } from './ledger-view.ts';
import { type DrawOnTerminal, withProgress } from './lists-progress.ts';

export interface TapsExportOptions {
  readonly config: string;
  /** A file, or a folder such as the mounted stick. */
  readonly out: string;
  readonly json?: boolean;
}

export interface TapsExportDeps {
  readonly io: CliIo;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly draw: DrawOnTerminal | undefined;
}

export async function exportTaps(
  options: TapsExportOptions,
  { io, now, draw }: TapsExportDeps,
): Promise<ExitCode> {
  const config = readDeviceConfig(options.config);
  const author = authorOf(config);
  await using view = await openLedgerView(config);
  const total = await view.unsent();
  const print = options.json === true ? JSON.stringify : linesOf;
  if (total === 0) {
    io.out(print({ rows: 0 }));
    return 0;
  }
  const file = fileIn(options.out, config.device, now);
  const progress = { rows: 0 };
  await withProgress('rows', draw, (onProgress) => {
    const batches = carriedBatches(view, config.device, (rows) => {
      progress.rows += rows;
      onProgress(progress.rows, total);
    });
    return writeDurably(file, tapFileOf(batches, author, now));
  });
  io.out(print({ ...progress, file }));
  return 0;
}

interface Exported {
  readonly rows: number;
  /** Absent when there was nothing to carry. */
  readonly file?: string;
}

function linesOf({ rows, file }: Exported): string {
  if (file === undefined) return 'every row has its receipt: there is nothing to carry';
  return `${rows} rows in ${file}
→ at the office: halte taps import ${basename(file)} --db …
  then here, with the receipts it writes: halte taps import ${basename(file)}.receipts --config …
  the rows stay in the ledger until then`;
}

/** @throws CliError, ConfigError */
function authorOf(config: DeviceConfig): TapFileAuthor {
  const { device, backend } = config;
  if (backend === undefined) {
    const hint = 'a file is sealed to a backend and signed with its certificate: configure one';
    throw new CliError('config/no-backend', 'there is no backend to carry taps to', hint);
  }
  const { cert: certificate, key } = openDeviceIdentity(device, backend).link;
  const signer = p256Signer(key);
  if (signer === undefined) {
    const hint = 'device keys are on P-256: enrol the device again';
    throw new CliError('taps/bad-device-key', `${backend.key} does not hold such a key`, hint);
  }
  const recipient = Uint8Array.from(Buffer.from(backend.sealingKey, 'hex'));
  const sealing = { recipient, device, purpose: sealedBatch };
  const sealer = createSealer({ entropy: createSystemEntropy() }, sealing);
  return { device, certificate, signer, sealer };
}

function fileIn(out: string, device: string, now: number): string {
  const isFolder = existsSync(out) && statSync(out).isDirectory();
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(':', '');
  const file = isFolder ? join(out, `${device}-${stamp}.taps`) : out;
  if (!existsSync(file)) return file;
  const hint = 'choose another name: it may hold rows that are nowhere else';
  throw new CliError('taps/file-exists', `${file} is there already`, hint);
}

async function* carriedBatches(
  view: LedgerView,
  device: string,
  onRows: (rows: number) => void,
): AsyncGenerator<UploadRequest> {
  let after = { epoch: 0, seq: 0 };
  for (;;) {
    const batch = await view.batch(after);
    if (batch === undefined) return;
    yield { device, ...batch };
    onRows(batch.rows.length);
    after = { epoch: batch.epoch, seq: batch.fromSeq + batch.rows.length - 1 };
  }
}

/** Under its name there is a whole file or none, whenever the stick is pulled. */
async function writeDurably(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const beside = `${path}.part`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      for await (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    syncPath(dirname(path));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    const hint = 'is there room on it, may this user write there, is it still plugged in?';
    throw new CliError('taps/cannot-write', messageOf(error), hint);
  }
}
