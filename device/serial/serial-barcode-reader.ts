/**
 * A barcode scanner on a serial line as a TokenReader. It gives each code as the bytes the
 * scanner sent, never trimmed: Base45 has the space among its characters. It does not know what
 * the bytes say, and does not reopen a line that is lost; that is the supervisor's work.
 */
import assert from 'node:assert/strict';
import type { Clock, MonotonicMs } from '../clock.ts';
import { createScanQueue } from '../scan-queue.ts';
import type { QrScan, Scan, TokenReader } from '../token-reader.ts';
import { type IdentifiedFrame, splitAimIdentifier } from './aim-identifier.ts';
import { unplugged } from './open-failure.ts';
import { createSerialFraming } from './serial-framing.ts';
import { type OpenSerialLine, openSerialLine } from './serial-line.ts';

/** Longer than any terminator that a scanner can be set to. */
export const terminatorBytesMax = 8;

export interface SerialBarcodeOptions {
  /** The name that scans and logs carry, such as `front-qr`. */
  readonly name: string;
  /** A stable path: below /dev/serial/by-id, or a symlink that a udev rule keeps. */
  readonly path: string;
  /**
   * 9,600 unless told, as RS-232 scanners leave the factory: about 1 ms a byte, so a ticket of
   * 300 bytes takes 0.3 s to arrive. Set scanner and option to 115,200. USB CDC ignores it.
   */
  readonly baudRate?: number;
  /** What the scanner sends after each code, latin1, 1 to 8 characters; `\r\n` unless told. */
  readonly terminator?: string;
  /**
   * `optional` (the default) takes an AIM identifier off the front when there is one; `none`
   * leaves it in the bytes.
   */
  readonly aimIdentifier?: 'optional' | 'none';
  /** A frame that stops for so long half-way is given up. 100 unless told. */
  readonly interByteTimeoutMs?: number;
}

/** Sums since the reader was created; they go on over unplug and reopen. */
export interface SerialCounters {
  readonly opened: number;
  readonly frames: number;
  readonly framesTooLong: number;
  readonly framesIncomplete: number;
  /** Bytes that went with those faults. */
  readonly bytesDiscarded: number;
  /** Scans that a slow consumer never saw. */
  readonly scansDropped: number;
}

export interface SerialBarcodeReader extends TokenReader {
  readonly counters: SerialCounters;
}

export interface SerialBarcodeDeps {
  readonly clock: Clock;
  /** The real port unless told; the simulator passes a line in memory and keeps the framing. */
  readonly openPort?: OpenSerialLine;
}

type Counters = { -readonly [Name in keyof SerialCounters]: SerialCounters[Name] };

export function createSerialBarcodeReader(
  deps: SerialBarcodeDeps,
  options: SerialBarcodeOptions,
): SerialBarcodeReader {
  const settings = completeOptions(options);
  const openPort = deps.openPort ?? openSerialLine;
  const counters: Counters = {
    opened: 0,
    frames: 0,
    framesTooLong: 0,
    framesIncomplete: 0,
    bytesDiscarded: 0,
    scansDropped: 0,
  };

  return {
    name: settings.name,
    reportsCollision: false,
    counters,
    async *open(signal) {
      if (signal.aborted) return;
      const { queue, framing } = createSession(deps.clock, settings, counters);
      const line = await openPort(settings, {
        onBytes: framing.accept,
        onLost: (cause) => queue.end(unplugged(settings.path, cause)),
      });
      counters.opened += 1;
      const endOfQueue = () => queue.end();
      signal.addEventListener('abort', endOfQueue, { once: true });
      try {
        if (signal.aborted) return;
        yield* queue;
      } finally {
        signal.removeEventListener('abort', endOfQueue);
        framing.close();
        await line.close();
      }
    },
  };
}

type Settings = ReturnType<typeof completeOptions>;

function completeOptions(options: SerialBarcodeOptions) {
  const terminator = Buffer.from(options.terminator ?? '\r\n', 'latin1');
  const length = terminator.length;
  assert(
    length > 0 && length <= terminatorBytesMax,
    `a terminator has 1 to ${terminatorBytesMax} characters, not ${length}`,
  );
  return {
    name: options.name,
    path: options.path,
    baudRate: options.baudRate ?? 9_600,
    terminator,
    stripsIdentifier: (options.aimIdentifier ?? 'optional') === 'optional',
    interByteTimeoutMs: options.interByteTimeoutMs ?? 100,
  };
}

/** One open line: what it brings goes into the queue, and so does its end. */
function createSession(clock: Clock, settings: Settings, counters: Counters) {
  const queue = createScanQueue();
  const enqueue = (scan: Scan) => {
    const droppedBefore = queue.dropped;
    queue.push(scan);
    counters.scansDropped += queue.dropped - droppedBefore;
  };
  const framing = createSerialFraming({ clock }, settings, {
    onFrame(bytes, lastByteAt) {
      counters.frames += 1;
      const scan = toScan(bytes, lastByteAt, settings);
      if (scan !== undefined) enqueue(scan);
    },
    onFault(fault, lastByteAt) {
      if (fault === 'frame-too-long') counters.framesTooLong += 1;
      else counters.framesIncomplete += 1;
      enqueue({ medium: 'unreadable', reader: settings.name, fault, lastByteAt });
    },
    onDiscard(byteCount) {
      counters.bytesDiscarded += byteCount;
    },
  });
  return { queue, framing };
}

/** Undefined for a frame that is nothing but an identifier: there is no code in it. */
function toScan(
  frame: Uint8Array,
  lastByteAt: MonotonicMs,
  { name, stripsIdentifier }: Settings,
): QrScan | undefined {
  const { symbology, bytes }: IdentifiedFrame = stripsIdentifier
    ? splitAimIdentifier(frame)
    : { bytes: frame };
  if (bytes.length === 0) return undefined;
  const scan = { medium: 'qr', reader: name, bytes, lastByteAt } as const;
  return symbology === undefined ? scan : { ...scan, symbology };
}
