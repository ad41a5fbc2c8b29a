/**
 * A whole bus to plant canaries in: the device as `halte run` puts it together, the backend as a
 * process of its own, HTTPS between them. It keeps everything that either writes or says.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { drain } from '../../src/cli/drain.ts';
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
  /** The device ends as at SIGTERM; what it has not sent is drained. */
  stop(): Promise<void>;
  /** Both folders, and what was said so far. */
  places(): Place[];
}

export interface CanaryBusOptions {
  /** Keys of acceptance.json that differ. */
  readonly policy: Readonly<Record<string, unknown>>;
  /** Lines of security_listings.txt. */
  readonly listings: readonly string[];
  /** File of card keys, outside the device's folder. */
  readonly cardKeys: string;
}

export async function startCanaryBus(
  device: TestDevice,
  { policy, listings, cardKeys }: CanaryBusOptions,
): Promise<CanaryBus> {
  change(join(device.folder, 'rules/acceptance.json'), () => policy);
  writeFileSync(join(device.folder, 'rules/security_listings.txt'), `${listings.join('\n')}\n`);
  const backend = await startBackendProcess(device);
  const { certificates, device: id } = device.workshop;
  const hop = await startRecordingHop(backend.url, id, certificates);
  change(device.config, ({ backend: before }) => ({
    cards: { keyStore: { type: 'file', path: cardKeys } },
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
  const drained: Place[] = [];

  /** Each answer is a line of the console indicator. */
  async function answered(present: () => void): Promise<void> {
    const before = io.outs.length;
    present();
    await eventually(() => {
      if (io.outs.length > before) return;
      throw new Error(`no answer after ${before} taps, the last: ${io.outs.at(-1)}`);
    });
  }

  return {
    database: backend.database,
    scan: (code) => answered(() => line.send(Buffer.from(`${asLatin1(code)}\r\n`, 'latin1'))),
    async hold(card, options) {
      await answered(() => cards.present(card, options));
      cards.remove();
    },
    async stop() {
      io.stop();
      await running;
      drained.push(await outputOf('halte drain', (said) => drain(device, said)));
    },
    places: () => [
      ...placesIn(device.folder),
      ...placesIn(backend.folder),
      ...hop.said,
      ...drained,
      { name: 'the device on standard output', bytes: utf8(io.outs.join('\n')) },
      { name: 'the device on standard error', bytes: utf8(io.errs.join('\n')) },
      { name: 'the log of the backend', bytes: utf8(backend.said()) },
    ],
    async [Symbol.asyncDispose]() {
      io.stop();
      await running.catch(() => {});
      await hop[Symbol.asyncDispose]();
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
  const end = async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  };
  onTestFinished(end);
  return { folder, database, url: await listening(child, said), said };
}

function keepSaid(child: ChildProcess): () => string {
  let said = '';
  const keep = (chunk: Buffer) => {
    said += chunk.toString('latin1');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => said;
}

/** @returns the URL. */
async function listening(child: ChildProcess, said: () => string): Promise<string> {
  while (child.exitCode === null) {
    const [url] = /https:\/\/127\.0\.0\.1:\d+/.exec(said()) ?? [];
    if (url !== undefined) return url;
    if (child.stdout !== null)
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  }
  throw new Error(`the backend ended: ${said()}`);
}

/** Whether it succeeds or fails: both say something. */
export async function outputOf(
  name: string,
  command: (io: CliIo) => Promise<unknown>,
): Promise<Place> {
  const io = createTestIo();
  await command(io);
  return { name, bytes: utf8([...io.outs, ...io.errs].join('\n')) };
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
