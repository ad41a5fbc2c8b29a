/**
 * A connection to pcscd's socket that carries nothing and is held as long as a session lasts.
 * Opening it proves that pcscd answers (and wakes it by socket activation) before the library,
 * which would wait for ever, is started; its closing tells at once that pcscd has died.
 */
import net from 'node:net';
import type { ReaderError } from '../token-reader.ts';
import { serviceForbidden, serviceUnreachable } from './pcsc-errors.ts';

/** Where pcscd listens unless PCSCLITE_CSOCK_NAME says otherwise. */
export const pcscdSocketPath = '/run/pcscd/pcscd.comm';

/** Resolves when pcscd has accepted. Closed, without `onLost`, when the signal aborts. */
export function openLifeline(path: string, signal: AbortSignal, onLost: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path, signal });
    socket.once('connect', () => {
      socket.once('close', () => signal.aborted || onLost());
      resolve();
    });
    socket.on('error', (error) => reject(lifelineError(path, error)));
    socket.resume();
  });
}

export async function isPcscdAnswering(path: string): Promise<boolean> {
  const probe = new AbortController();
  try {
    await openLifeline(path, probe.signal, () => {});
    return true;
  } catch {
    // Whatever the reason, nobody answers there.
    return false;
  } finally {
    probe.abort();
  }
}

function lifelineError(path: string, error: NodeJS.ErrnoException): ReaderError {
  return error.code === 'EACCES' ? serviceForbidden(path, error) : serviceUnreachable(path, error);
}
