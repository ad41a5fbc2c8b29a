/**
 * The twin of a serial line, in memory: what is sent arrives at once, in the same turn, so that
 * a run under a simulated clock is deterministic. The framing behind it is the real one.
 */
import type { Clock, Random } from '../device/clock.ts';
import { busy, notFound } from '../device/serial/open-failure.ts';
import type { OpenSerialLine, SerialLineListener } from '../device/serial/serial-line.ts';

export interface SimSerialLine {
  /** Hand it to createSerialBarcodeReader. Opens when plugged in and not open already. */
  readonly openPort: OpenSerialLine;
  /** One chunk; text is latin1. Lost, as on a real line, when nobody has it open. */
  send(bytes: Uint8Array | string): void;
  /** Byte after byte with the time between them, as from a slow line. */
  trickle(bytes: Uint8Array | string, gapMs: number): Promise<void>;
  /** One chunk of chance bytes, terminators among them. */
  noise(random: Random, byteCount: number): void;
  unplug(): void;
  replug(): void;
  /** Resolves once the line is open, at once when it is. */
  opened(): Promise<void>;
}

export function createSimSerialLine({ clock }: { readonly clock: Clock }): SimSerialLine {
  let isPlugged = true;
  let listener: SerialLineListener | undefined;
  let openers: (() => void)[] = [];
  const send = (bytes: Uint8Array | string) => listener?.onBytes(toBytes(bytes));

  return {
    async openPort({ path }, newListener) {
      if (!isPlugged) throw notFound(path);
      if (listener !== undefined) throw busy(path);
      listener = newListener;
      for (const resolve of openers) resolve();
      openers = [];
      return {
        async close() {
          if (listener === newListener) listener = undefined;
        },
      };
    },
    send,
    async trickle(bytes, gapMs) {
      for (const byte of toBytes(bytes)) {
        send(Uint8Array.of(byte));
        await clock.sleep(gapMs);
      }
    },
    noise: (random, byteCount) =>
      send(Uint8Array.from({ length: byteCount }, () => Math.floor(random.next() * 256))),
    unplug() {
      isPlugged = false;
      const lost = listener;
      listener = undefined;
      lost?.onLost(new Error('the simulated line was unplugged'));
    },
    replug() {
      isPlugged = true;
    },
    async opened() {
      if (listener === undefined) await new Promise<void>((resolve) => openers.push(resolve));
    },
  };
}

function toBytes(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
}
