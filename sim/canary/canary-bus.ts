/**
 * A whole bus to plant canaries in: the device as `halte run` puts it together, the backend as a
 * process of its own, HTTPS between them. It keeps everything that either writes or says.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import { run } from '../../src/cli/run.ts';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { x25519PrivateKey } from '../../src/core/crypto/x25519.ts';
import { createSimCardField, type SimCardField } from '../card-field.ts';
import type { CardModel } from '../cards/card-model.ts';
import { createSimSerialLine } from '../serial-line.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { aTestDevice, createTestIo, eventually, type TestDevice } from '../testing/test-device.ts';
import { type Place, placesIn } from './canary-search.ts';
import { startRecordingHop } from './recording-hop.ts';

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Test keys: everybody can read them, nothing may be sealed to them. */
export const sealingSeed = utf8('halte test key - of the backend!');
const receiptSeed = utf8('halte test key - for receipts...');

export interface CanaryBus extends AsyncDisposable {
  /** Of the backend. */
  readonly database: string;
  /** Holds a code to the scanner. Resolves once the bus has answered. */
  scan(code: Uint8Array | string): Promise<void>;
  /** Holds a card to the card reader. Resolves once the bus has answered. */
  hold(card: CardModel, options?: Parameters<SimCardField['present']>[1]): Promise<void>;
  /** A command of `halte`. @returns all that it said. */
  command(...args: readonly string[]): Promise<Place>;
  /** The device ends as at SIGTERM; what it has not sent is drained. */
  stop(): Promise<void>;
  /** Both folders, and what was said so far. */
  places(): Place[];
}

/** @param rules keys of the rules' file that differ, given the device. */
export async function startCanaryBus(
  device: TestDevice,
  rules: Readonly<Record<string, unknown>>,
): Promise<CanaryBus> {
  change(join(device.folder, 'rules.json'), () => rules);
  const backend = await startBackendProcess(device);
  const { certificates, device: id } = device.workshop;
  const hop = await startRecordingHop(backend.url, id, certificates);
  change(device.config, ({ backend: before }) => ({
    backend: {
      ...(before as object),
      url: hop.url,
      receiptKey: hex(ed25519PrivateKey(receiptSeed).publicKey),
      sealingKey: hex(x25519PrivateKey(sealingSeed).publicKey.bytes),
    },
  }));
  const clock = createSystemClock();
  const line = createSimSerialLine({ clock });
  const scanner = { name: 'scanner', path: 'simulated' };
  const cards = createSimCardField({ clock });
  const io = createTestIo();
  const readers = [createSerialBarcodeReader({ clock, openPort: line.openPort }, scanner), cards];
  const running = run(device.config, io, { readers });
  await Promise.race([line.opened(), running]);
  const commands: Place[] = [];

  /** Each answer is a line of the console indicator. */
  async function answered(present: () => void): Promise<void> {
    const before = io.outs.length;
    present();
    await eventually(() => {
      if (io.outs.length === before) throw new Error('the bus did not answer');
    });
  }

  async function command(...args: readonly string[]): Promise<Place> {
    const place = { name: `halte ${args[0]}`, bytes: await outputOf(args) };
    commands.push(place);
    return place;
  }

  return {
    database: backend.database,
    command,
    scan: (code) => answered(() => line.send(Buffer.from(`${asLatin1(code)}\r\n`, 'latin1'))),
    async hold(card, options) {
      await answered(() => cards.present(card, options));
      cards.remove();
    },
    async stop() {
      io.stop();
      await running;
      await command('drain', '--config', device.config);
    },
    places: () => [
      ...placesIn(device.folder),
      ...placesIn(backend.folder),
      ...hop.said,
      ...commands,
      { name: 'the device on standard output', bytes: utf8(io.outs.join('\n')) },
      { name: 'the device on standard error', bytes: utf8(io.errs.join('\n')) },
      { name: 'the log of the backend', bytes: utf8(backend.said()) },
    ],
    async [Symbol.asyncDispose]() {
      io.stop();
      await running.catch(() => {});
      await hop[Symbol.asyncDispose]();
      await backend.end();
    },
  };
}

/** A device that shows on the console and in a log, whose readers are simulated. */
export function aCanaryDevice(): Promise<TestDevice> {
  const indicators = [{ type: 'console' }, { type: 'log', path: 'signals.log' }];
  return aTestDevice({ indicators });
}

async function startBackendProcess({ workshop }: TestDevice) {
  const folder = aFolder();
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const { ca, backend } = workshop.certificates;
  const database = join(folder, 'backend.db');
  const child = spawn(process.execPath, [
    ...[mainFile, 'backend', '--log', '--port', '0', '--db', `sqlite:${database}`],
    ...['--cert', put('backend.pem', backend.cert), '--key', put('backend.key', backend.key)],
    ...['--device-ca', put('ca.pem', ca), '--receipt-key', put('receipt.key', hex(receiptSeed))],
  ]);
  const said = keepSaid(child);
  await eventually(() => {
    if (!urlPattern.test(said())) throw new Error(`the backend does not listen: ${said()}`);
  });
  const [url = ''] = urlPattern.exec(said()) ?? [];
  const end = async () => {
    if (child.exitCode !== null || !child.kill('SIGTERM')) return;
    await once(child, 'exit');
  };
  return { folder, database, url, said, end };
}

const urlPattern = /https:\/\/127\.0\.0\.1:\d+/;

function keepSaid(child: ChildProcess): () => string {
  let said = '';
  const keep = (chunk: Buffer) => {
    said += chunk.toString('latin1');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => said;
}

/** Whether it succeeds or fails: both say something. */
function outputOf(args: readonly string[]): Promise<Uint8Array> {
  const options = { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [mainFile, ...args], options, (_, stdout, stderr) => {
      resolve(Buffer.concat([stdout, stderr]));
    });
  });
}

function change(
  file: string,
  changes: (before: Record<string, unknown>) => Readonly<Record<string, unknown>>,
): void {
  const before = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...before, ...changes(before) }));
}

function asLatin1(code: Uint8Array | string): string {
  return typeof code === 'string' ? code : Buffer.from(code).toString('latin1');
}
