/**
 * Starts a host process and watches it: every way in which it can end or fall silent becomes one
 * ReaderError. It passes messages on and does not know what they mean.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Clock } from '../clock.ts';
import type { ReaderError } from '../token-reader.ts';
import { type HostCommand, type HostFailure, type HostMessage, slotsMax } from './host-protocol.ts';
import { driverMissing, hostFailed, serviceUnreachable } from './pcsc-errors.ts';

/** The end of what the host wrote to stderr, kept for the cause of an error. */
const stderrCharsMax = 2_000;

export interface HostDeps {
  readonly clock: Clock;
  hear(message: HostMessage): void;
  /** Called when the host has failed; not when the signal ended it. */
  failed(error: ReaderError): void;
}

export interface HostOptions {
  readonly module: URL;
  readonly slotName: string;
  readonly socketPath: string;
  readonly silenceMsMax: number;
}

export interface HostProcess {
  send(command: HostCommand): void;
  /** Resolves when the process is gone for good. */
  readonly closed: Promise<void>;
}

/** The host lives until the signal aborts. It is killed, not asked: it may be unable to listen. */
export function startHost(deps: HostDeps, options: HostOptions, signal: AbortSignal): HostProcess {
  const child = forkHost(options);
  const lastWords = collectStderr(child);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const failed = (error: ReaderError) => signal.aborted || deps.failed(error);
  let heard = false;

  child.on('message', (message: HostMessage) => {
    heard = true;
    if (message.kind === 'failed') failed(failureFrom(message, options.socketPath));
    else deps.hear(message);
  });
  child.on('error', (error) => {
    failed(hostFailed(error.message));
    if (child.pid === undefined) resolve();
  });
  // "close" and not "exit": it comes after the last message has been read.
  child.once('close', (code, killedBy) => {
    failed(hostFailed(`ended by ${killedBy ?? code}: ${lastWords()}`));
    resolve();
  });
  signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  if (signal.aborted) child.kill('SIGKILL');
  void watchSilence(deps.clock, options.silenceMsMax, signal, () => {
    if (!heard) failed(hostFailed(`silent for ${options.silenceMsMax} ms`));
    heard = false;
  });

  // A failed send needs no answer of its own: the closing of the host ends every conversation.
  return { send: (command) => void child.send(command, () => {}), closed };
}

/**
 * The environment is built anew: a loader or debugger in NODE_OPTIONS is not meant for the host.
 * Each slot can block one thread of the pool in a command; with fewer they would starve each other.
 */
function forkHost({ module, slotName, socketPath }: HostOptions): ChildProcess {
  try {
    return fork(module, [slotName], {
      serialization: 'advanced',
      execArgv: [],
      env: { PCSCLITE_CSOCK_NAME: socketPath, UV_THREADPOOL_SIZE: String(slotsMax) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  } catch (error) {
    // Most failures to start a process arrive as an event; want of memory is thrown.
    throw hostFailed(`it could not be started: ${String(error)}`);
  }
}

function collectStderr(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-stderrCharsMax);
  });
  return () => text.trim();
}

async function watchSilence(
  clock: Clock,
  silenceMsMax: number,
  signal: AbortSignal,
  check: () => void,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(silenceMsMax, signal);
    check();
  }
}

function failureFrom({ code, cause }: HostFailure, socketPath: string): ReaderError {
  switch (code) {
    case 'reader/driver-missing':
      return driverMissing(cause);
    case 'reader/service-unreachable':
      return serviceUnreachable(socketPath, new Error(cause));
    case 'reader/failed':
      return hostFailed(cause);
  }
}
