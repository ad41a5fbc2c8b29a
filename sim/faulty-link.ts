/**
 * A mobile network on a real TCP connection: everything between a device and its backend passes
 * through, late, slowly, cut off or swallowed. It sees bytes, not requests: what it does to them is
 * what a tunnel, a carrier's gateway or a lorry between antenna and mast does.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Clock } from '../device/clock.ts';

/** What happens to one direction of a connection when so many bytes have passed. */
export interface Cut {
  readonly afterBytes: number;
  /**
   * `reset`: both ends are told rudely. `end`: this direction ends as if all had been said.
   * `silence`: nothing passes any more, and nobody is told: a black hole.
   */
  readonly how: 'reset' | 'end' | 'silence';
}

export interface LinkFaults {
  /** Milliseconds that a byte is under way, each way. */
  readonly latencyMs?: number;
  /** Each way. */
  readonly bytesPerSecond?: number;
  /** Every connection is broken off at once. */
  readonly down?: boolean;
  /** Connections are taken, and lead nowhere. */
  readonly halfOpen?: boolean;
  /** From the device to the backend, and back. */
  readonly up?: Cut;
  readonly back?: Cut;
}

export interface FaultyLink extends AsyncDisposable {
  readonly port: number;
  /** Connections that were taken, and bytes that arrived at the other end. */
  readonly passed: { readonly connections: number; readonly up: number; readonly back: number };
  /** For connections from now on; those that are open keep what they had. */
  setFaults(faults: LinkFaults): void;
  /** Breaks off every open connection, as a tunnel does. */
  breakOff(): void;
}

export interface LinkTarget {
  readonly host: string;
  readonly port: number;
}

export async function openFaultyLink(
  { clock }: { readonly clock: Clock },
  target: LinkTarget,
  faults: LinkFaults = {},
): Promise<FaultyLink> {
  let current = faults;
  const open = new Set<Socket>();
  const passed = { connections: 0, up: 0, back: 0 };
  const server = createServer({ allowHalfOpen: true }, (device) => {
    passed.connections += 1;
    keep(open, device);
    if (current.down === true) device.resetAndDestroy();
    else if (current.halfOpen !== true) lead(device, current);
  });

  function lead(device: Socket, { up, back, ...pace }: LinkFaults): void {
    const backend = connect({ ...target, allowHalfOpen: true });
    keep(open, backend);
    const both = [device, backend];
    void carry({ from: device, to: backend, both, clock, ...pace, cut: up }, (n) => {
      passed.up += n;
    });
    void carry({ from: backend, to: device, both, clock, ...pace, cut: back }, (n) => {
      passed.back += n;
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakOff = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    ...{ port: (server.address() as AddressInfo).port, passed, breakOff },
    setFaults(next) {
      current = next;
    },
    async [Symbol.asyncDispose]() {
      breakOff();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function keep(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  // Broken connections are what it is for: whoever is at the other end hears of them.
  socket.on('error', () => {});
  socket.once('close', () => open.delete(socket));
}

interface Direction {
  readonly clock: Clock;
  readonly from: Socket;
  readonly to: Socket;
  readonly both: readonly Socket[];
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
  readonly cut?: Cut | undefined;
}

/** One chunk is under way at a time, as over a link with a small window. */
async function carry(direction: Direction, count: (bytes: number) => void): Promise<void> {
  const { from, to, clock, cut, latencyMs = 0 } = direction;
  let left = cut?.afterBytes ?? Number.POSITIVE_INFINITY;
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      const piece = (chunk as Buffer).subarray(0, left);
      await clock.sleep(latencyMs + airTimeMs(piece, direction));
      if (to.destroyed) return;
      to.write(piece);
      count(piece.length);
      left -= piece.length;
      if (left <= 0 && cut !== undefined) return cutOff(direction, cut);
    }
    to.end();
  } catch {
    for (const socket of direction.both) socket.destroy();
  }
}

function airTimeMs(chunk: Uint8Array, { bytesPerSecond }: Direction): number {
  return bytesPerSecond === undefined ? 0 : (chunk.length / bytesPerSecond) * 1_000;
}

function cutOff({ to, both, from }: Direction, { how }: Cut): void {
  if (how === 'reset') for (const socket of both) socket.resetAndDestroy();
  if (how === 'end') to.end();
  // Read on, so that whoever sends does not notice by a full buffer.
  if (how === 'silence') from.resume();
}
