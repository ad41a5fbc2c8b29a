/**
 * A connection to pcscd's socket that carries nothing and is held as long as a session lasts.
 * Opening it proves that pcscd answers (and wakes it by socket activation) before the library,
 * which would wait for ever, is started; its closing tells at once that pcscd has died.
 */
import net from 'node:net';
import type { Clock } from '../clock.ts';
import { serviceForbidden, serviceUnreachable } from './pcsc-errors.ts';

/** Where pcscd listens unless PCSCLITE_CSOCK_NAME says otherwise. */
export const pcscdSocketPath = '/run/pcscd/pcscd.comm';

/** pcscd lets one connection wait; while it is slow to accept, others are refused with EAGAIN. */
const busyMsMax = 2_000;
const busyRetryMs = 20;

export interface LifelineDeps {
  readonly clock: Clock;
  /** pcscd has died. Not called when the signal closed the lifeline. */
  lost(): void;
}

/**
 * Resolves when pcscd has accepted.
 * @throws ReaderError `reader/service-unreachable` or `reader/no-permission`
 */
export async function openLifeline(
  { clock, lost }: LifelineDeps,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = clock.monotonicNow() + busyMsMax;
  for (;;) {
    try {
      return await connectSocket(path, signal, lost);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EACCES') throw serviceForbidden(path, error);
      if (code !== 'EAGAIN' || clock.monotonicNow() >= giveUpAt) {
        throw serviceUnreachable(path, error);
      }
      await clock.sleep(busyRetryMs, signal);
    }
  }
}

/** Whether somebody listens at this moment, be it too busy to accept. */
export async function isPcscdAnswering(path: string): Promise<boolean> {
  const probe = new AbortController();
  try {
    await connectSocket(path, probe.signal, () => {});
    return true;
  } catch (error) {
    return errorCode(error) === 'EAGAIN';
  } finally {
    probe.abort();
  }
}

function connectSocket(path: string, signal: AbortSignal, lost: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path, signal });
    socket.once('connect', () => {
      socket.once('close', () => signal.aborted || lost());
      resolve();
    });
    socket.on('error', reject);
    socket.resume();
  });
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
