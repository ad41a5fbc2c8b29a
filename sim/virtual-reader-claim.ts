/**
 * The claim of one process on the virtual reader of this machine. pcscd and its two slots exist
 * once; a demonstration and a test run at the same time would hold cards into each other's slots.
 */
import { once } from 'node:events';
import net from 'node:net';
import type { Clock } from '../device/clock.ts';

const retryMs = 100;

export interface ClaimOptions {
  /** Processes that use the same name exclude each other. */
  readonly name: string;
  /** How long to wait for the other process. */
  readonly patienceMs: number;
}

/**
 * Gives the release; the end of the process releases too. The claim is a socket in Linux's abstract
 * namespace (unix(7)): it has no file that a killed process could leave behind.
 * @throws Error when another process still holds it after the patience.
 */
export async function claimVirtualReader(
  { clock }: { readonly clock: Clock },
  { name, patienceMs }: ClaimOptions,
): Promise<() => void> {
  const giveUpAt = clock.monotonicNow() + patienceMs;
  for (;;) {
    const server = await listen(`\0${name}`);
    if (server !== undefined) return () => server.close();
    if (clock.monotonicNow() >= giveUpAt) {
      throw new Error('another process uses the virtual card reader of this machine');
    }
    await clock.sleep(retryMs);
  }
}

async function listen(path: string): Promise<net.Server | undefined> {
  const server = net.createServer().listen(path).unref();
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
