/**
 * The serial line for the real path: a pair of pseudo-terminals, joined by a socat process. The
 * validator opens `path` as it would a scanner's port; what is sent here comes out there.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants, lstatSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** How long socat may take to make the pair before it is given up; it takes about 15 ms. */
const startMsMax = 2_000;
const pollMs = 2;

export interface PtyLine {
  /** A symlink to the near terminal; it exists while the line is plugged in. */
  readonly path: string;
  /**
   * Resolves when the terminal has taken all bytes; text is latin1. Bytes sent to an unplugged
   * line are lost. Serialport flushes on opening, so bytes sent before that are lost as well.
   */
  send(bytes: Uint8Array | string): Promise<void>;
  /** Ends socat: the near terminal hangs up, as if the scanner had been pulled. */
  unplug(): Promise<void>;
  /** A new pair under the same path. */
  replug(): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly socat: ChildProcess;
  readonly far: FileHandle;
}

export function isSocatInstalled(): boolean {
  return spawnSync('socat', ['-V']).error === undefined;
}

/** @throws Error that says how to install socat when it is missing. */
export async function createPtyLine({ path }: { readonly path: string }): Promise<PtyLine> {
  const farPath = `${path}.far`;
  let pair: Pair | undefined = await startPair(path, farPath);

  const unplug = async () => {
    const ending = pair;
    pair = undefined;
    if (ending !== undefined) await endPair(ending, [path, farPath]);
  };
  return {
    path,
    async send(bytes) {
      if (pair !== undefined) await writeAll(pair.far, bytes);
    },
    unplug,
    async replug() {
      pair ??= await startPair(path, farPath);
    },
    close: unplug,
  };
}

async function startPair(path: string, farPath: string): Promise<Pair> {
  const ends = [farPath, path].map((link) => `pty,raw,echo=0,link=${link}`);
  const socat = spawn('socat', ['-d', '-d', ...ends], { stdio: ['ignore', 'ignore', 'pipe'] });
  const failure = startFailure(socat);
  await Promise.race([untilLinked([farPath, path]), failure]);
  // O_NOCTTY: the terminal must not become the one that controls this process.
  const far = await open(farPath, constants.O_WRONLY | constants.O_NOCTTY);
  return { socat, far };
}

/** Rejects when socat cannot start or ends early; is silent otherwise. */
function startFailure(socat: ChildProcess): Promise<never> {
  let said = '';
  socat.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1_000);
  });
  const failure = new Promise<never>((_resolve, reject) => {
    socat.once('error', (cause) => reject(socatMissing(cause)));
    socat.once('exit', () => reject(new Error(`socat ended before the line was up: ${said}`)));
  });
  // After the start nobody waits for it any more, and the end of socat is then no failure.
  failure.catch(() => undefined);
  return failure;
}

function socatMissing(cause: Error): Error {
  const hint = 'install it with `sudo apt-get install socat`';
  return new Error(`a pty line needs socat, which does not start: ${hint}`, { cause });
}

async function untilLinked(links: readonly string[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += pollMs) {
    if (links.every(isLink)) return;
    await delay(pollMs);
  }
  throw new Error(`socat made no pair of terminals within ${startMsMax} ms`);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

async function endPair({ socat, far }: Pair, links: readonly string[]): Promise<void> {
  if (socat.exitCode === null && socat.signalCode === null) {
    const exited = once(socat, 'exit');
    socat.kill();
    await exited;
  }
  await far.close();
  // socat removes its links on SIGTERM; this is for the one that was killed in another way.
  for (const link of links) rmSync(link, { force: true });
}

async function writeAll(far: FileHandle, bytes: Uint8Array | string): Promise<void> {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  try {
    for (let sent = 0; sent < data.length; ) {
      sent += (await far.write(data, sent)).bytesWritten;
    }
  } catch (error) {
    // EIO is a terminal that hung up while it was written to, EBADF one closed: bytes are lost.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EIO' && code !== 'EBADF') throw error;
  }
}
