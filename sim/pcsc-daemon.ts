/**
 * A pcscd for tests and demonstrations on machines where none runs. One that runs already is used
 * as it is and never touched: it may serve other programs, and a second one beside it would
 * silently do nothing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../device/clock.ts';
import { isPcscdAnswering, pcscdSocketPath } from '../device/pcsc/pcscd-lifeline.ts';
import { claimVirtualReader } from './virtual-reader-claim.ts';

const pidPath = '/run/pcscd/pcscd.pid';
const daemonPath = '/usr/sbin/pcscd';
const virtualReaderPath = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const configPath = join(import.meta.dirname, 'virtual-reader.conf');
const startMsMax = 5_000;
const stopMsMax = 5_000;
const pollMs = 20;

export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly why: string };

export interface PcscDaemon {
  /** Whether this process started it. If not, kill() and restart() refuse and stop() leaves it. */
  readonly owned: boolean;
  /** SIGKILL, as a crash; clears what it left so that it can start again. */
  kill(): Promise<void>;
  /** Starts it again after kill() or stop(). */
  restart(): Promise<void>;
  /** Ends it in good order, and gives the virtual reader free for other processes. */
  stop(): Promise<void>;
}

/** Whether pcscd with its virtual reader runs here or could be started. */
export async function pcscdAvailable(): Promise<Availability> {
  const lacks = (why: string): Availability => ({ available: false, why });
  if (!canAccess(virtualReaderPath, constants.R_OK)) {
    return lacks('the virtual reader is not installed: apt-get install pcscd vsmartcard-vpcd');
  }
  if (await isPcscdAnswering(pcscdSocketPath)) return { available: true };
  if (!canAccess(daemonPath, constants.X_OK)) {
    return lacks('pcscd is not installed: apt-get install pcscd vsmartcard-vpcd');
  }
  if (!canAccess('/run', constants.W_OK)) return lacks('only root can start pcscd');
  return { available: true };
}

export interface PcscDaemonOptions {
  /** How long to wait while another process uses the virtual reader. Default: not at all. */
  readonly patienceMs?: number;
  /** Default: one claim for all of Halte on this machine. */
  readonly claimName?: string;
}

/** @throws Error when there is no pcscd to be had, saying why. */
export async function startPcscDaemon(
  { clock }: { readonly clock: Clock },
  { patienceMs = 0, claimName = 'halte-virtual-reader' }: PcscDaemonOptions = {},
): Promise<PcscDaemon> {
  const availability = await pcscdAvailable();
  if (!availability.available) throw new Error(availability.why);
  const release = await claimVirtualReader({ clock }, { name: claimName, patienceMs });
  if (await isPcscdAnswering(pcscdSocketPath)) return foreignDaemon(release);
  let child = await start(clock);

  return {
    owned: true,
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      child = await start(clock);
    },
    async stop() {
      const overdue = new AbortController();
      void clock
        .sleep(stopMsMax, overdue.signal)
        .then(() => overdue.signal.aborted || child.kill('SIGKILL'));
      await end(child, 'SIGTERM');
      overdue.abort();
      release();
    },
  };
}

function foreignDaemon(release: () => void): PcscDaemon {
  const refuse = async () => {
    throw new Error('this pcscd was not started here and is left alone');
  };
  return { owned: false, kill: refuse, restart: refuse, stop: async () => release() };
}

async function start(clock: Clock): Promise<ChildProcess> {
  clearLeftovers();
  // With auto-exit it ends a minute after its last client, should we be killed before we stop it.
  const options = ['--foreground', '--auto-exit', '--config', configPath];
  const child = spawn(daemonPath, options, { stdio: 'ignore' });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`pcscd ended at once with code ${code}`);
  });
  await Promise.race([failed, untilAnswering(clock)]);
  failed.catch(() => {
    // From here on its end is nobody's surprise: kill() and stop() wait for it themselves.
  });
  return child;
}

async function untilAnswering(clock: Clock): Promise<void> {
  const giveUpAt = clock.monotonicNow() + startMsMax;
  while (!(await isPcscdAnswering(pcscdSocketPath))) {
    if (clock.monotonicNow() > giveUpAt) throw new Error(`no pcscd after ${startMsMax} ms`);
    await clock.sleep(pollMs);
  }
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  clearLeftovers();
}

/** pcscd does not start beside a left pid file whose number another process has got since. */
function clearLeftovers(): void {
  rmSync(pcscdSocketPath, { force: true });
  rmSync(pidPath, { force: true });
}

function canAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    // Absent or forbidden come to the same here.
    return false;
  }
}
