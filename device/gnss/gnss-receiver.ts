/**
 * A GNSS receiver that speaks NMEA 0183 on a serial line, as a PositionSource. It listens only:
 * how often and what a receiver sends is set with its maker's tool. It does not judge positions,
 * and does not reopen a line that is lost; that is the supervisor's work.
 *
 *   line ─▶ framing (1,024 bytes held) ─▶ sentence ─▶ report ─▶ epoch ─▶ newest position
 */
import type { Clock, MonotonicMs } from '../clock.ts';
import type { Position, PositionSource } from '../position-source.ts';
import { createSerialFraming } from '../serial/serial-framing.ts';
import { type OpenSerialLine, openSerialLine } from '../serial/serial-line.ts';
import { ReaderError } from '../token-reader.ts';
import { createNewest } from './newest.ts';
import { createNmeaEpochs } from './nmea-epochs.ts';
import { type NmeaFault, readNmeaLine } from './nmea-line.ts';
import { readReport } from './nmea-report.ts';
import { createSilence } from './silence.ts';

/** Within a burst a receiver pauses for some milliseconds; between two, for most of a second. */
export const burstPauseMsMax = 100;

/** A sentence that stops for so long half-way is given up. */
const interByteTimeoutMs = 100;

export interface GnssReceiverOptions {
  readonly name: string;
  /** A stable path: below /dev/serial/by-id, or a symlink that a udev rule keeps. */
  readonly path: string;
  /** 9,600 unless told; older receivers have 4,800 (NMEA 0183), newer ones 38,400 or 115,200. */
  readonly baudRate?: number;
}

/** Sums since the receiver was created; they go on over unplug and reopen. */
export interface GnssCounters {
  readonly opened: number;
  readonly positions: number;
  /** Measurements without a place: the antenna, or a roof. */
  readonly withoutFix: number;
  /** Sentences with a right checksum that this driver does not use. */
  readonly unused: number;
  /** A bad cable or the wrong baud rate. */
  readonly corrupt: number;
  /** Positions that a slow consumer never saw. */
  readonly dropped: number;
}

export interface GnssReceiver extends PositionSource {
  readonly counters: GnssCounters;
}

export interface GnssReceiverDeps {
  readonly clock: Clock;
  /** The real port unless told; the simulator passes a line in memory and keeps the rest. */
  readonly openPort?: OpenSerialLine;
}

type Counters = { -readonly [Name in keyof GnssCounters]: GnssCounters[Name] };

export function createGnssReceiver(
  { clock, openPort = openSerialLine }: GnssReceiverDeps,
  { name, path, baudRate = 9_600 }: GnssReceiverOptions,
): GnssReceiver {
  const counters: Counters = {
    ...{ opened: 0, positions: 0, withoutFix: 0 },
    ...{ unused: 0, corrupt: 0, dropped: 0 },
  };

  return {
    name,
    counters,
    async *open(signal) {
      if (signal.aborted) return;
      const { newest, accept, close } = createSession(clock, counters);
      const line = await openPort(
        { path, baudRate },
        { onBytes: accept, onLost: (cause) => newest.end(unplugged(path, cause)) },
      );
      counters.opened += 1;
      const end = () => newest.end();
      signal.addEventListener('abort', end, { once: true });
      try {
        if (signal.aborted) return;
        yield* newest;
      } finally {
        signal.removeEventListener('abort', end);
        close();
        await line.close();
      }
    },
  };
}

/** One open line. */
function createSession(clock: Clock, counters: Counters) {
  const closed = new AbortController();
  const newest = createNewest<Position>();
  const epochs = createNmeaEpochs({
    onPosition(position) {
      counters.positions += 1;
      if (newest.put(position)) counters.dropped += 1;
    },
    onNoFix() {
      counters.withoutFix += 1;
    },
  });
  const silence = createSilence({ clock, signal: closed.signal }, burstPauseMsMax, epochs.end);
  const takeLine = (bytes: Uint8Array, at: MonotonicMs) => {
    const sentence = readNmeaLine(textOf(bytes));
    if (typeof sentence === 'string') {
      counters[counterOf(sentence)] += 1;
      return;
    }
    const report = readReport(sentence);
    if (report === undefined) counters.unused += 1;
    else epochs.accept(report, at);
  };
  const corrupt = () => {
    counters.corrupt += 1;
  };
  const framing = createSerialFraming({ clock }, framingOptions, {
    onFrame: takeLine,
    onFault: corrupt,
    onDiscard: () => {},
  });

  return {
    newest,
    accept(chunk: Uint8Array): void {
      framing.accept(chunk);
      silence.touch();
    },
    close(): void {
      closed.abort();
      framing.close();
    },
  };
}

const framingOptions = { terminator: Uint8Array.of(0x0a), interByteTimeoutMs };

/** NMEA ends a line with CR and LF; a few receivers send LF alone. */
function textOf(line: Uint8Array): string {
  return Buffer.from(line).toString('latin1').replace(/\r$/, '');
}

function counterOf(fault: NmeaFault): 'unused' | 'corrupt' {
  return fault === 'proprietary' ? 'unused' : 'corrupt';
}

function unplugged(path: string, cause: unknown): ReaderError {
  return new ReaderError(
    'reader/unplugged',
    `the serial port ${path} went away`,
    'Check the cable and the power of the receiver; it is opened again when it comes back.',
    cause,
  );
}
