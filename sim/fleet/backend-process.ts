/**
 * `halte backend` as a process of its own, on one port through all its lives, with test certificates
 * and a test receipt key. It may be killed and started again; it knows nothing of what it stores.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Entropy } from '../../device/clock.ts';
import { hex } from '../../src/core/bytes.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { makeTestCertificates, type TestCertificates } from '../test-certificates.ts';

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** What is kept of what it says on standard error, to explain a surprise. */
const saidMax = 4_000;

export interface BackendProcess extends AsyncDisposable {
  readonly url: string;
  readonly certificates: TestCertificates;
  /** Ed25519, 32 bytes. */
  readonly receiptKey: Uint8Array;
  /** SIGKILL, and the next life: resolves when it listens. */
  killAndRestart(): Promise<void>;
}

export interface BackendPlace {
  /** For certificates and keys. */
  readonly folder: string;
  /** As `--db` of `halte backend` says it. */
  readonly db: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @throws Error when it does not come up; what it said is the message. */
export async function startBackendProcess(
  { entropy }: { readonly entropy: Entropy },
  { folder, db, now }: BackendPlace,
): Promise<BackendProcess> {
  const certificates = await makeTestCertificates(now);
  const seed = entropy.bytes(32);
  const port = await freePort();
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const args = [
    ...['backend', '--db', db, '--port', String(port)],
    ...['--cert', file('backend.pem', certificates.backend.cert)],
    ...['--key', file('backend.key', certificates.backend.key)],
    ...['--device-ca', file('ca.pem', certificates.ca)],
    ...['--receipt-key', file('receipt.key', hex(seed))],
  ];
  let life = await begin(args);
  return {
    ...{ url: `https://127.0.0.1:${port}`, certificates },
    receiptKey: ed25519PrivateKey(seed).publicKey,
    async killAndRestart() {
      await life.end('SIGKILL');
      life = await begin(args);
    },
    [Symbol.asyncDispose]: () => life.end('SIGTERM'),
  };
}

interface Life {
  end(signal: NodeJS.Signals): Promise<void>;
}

async function begin(args: readonly string[]): Promise<Life> {
  const child = spawn(process.execPath, [mainFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit').then(() => 'ended' as const);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-saidMax);
  });
  const firstLine = once(createInterface(child.stdout), 'line');
  if ((await Promise.race([firstLine, exited])) === 'ended') throw new Error(said);
  return {
    async end(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
