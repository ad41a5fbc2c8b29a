/**
 * From chunks of a serial line to frames: the bounding transform, the readline parser and the
 * inter-byte timeout. It knows nothing of scanners; what a frame means is said by the reader.
 */
import { ReadlineParser } from '@serialport/parser-readline';
import type { Clock, MonotonicMs } from '../clock.ts';
import type { ScanFault } from '../token-reader.ts';
import { FrameBounds, type FrameBoundsListener } from './frame-bounds.ts';

/** Frames and faults come in the order in which the line brought them. */
export interface FramingListener {
  onFrame(bytes: Uint8Array, lastByteAt: MonotonicMs): void;
  onFault(fault: ScanFault, lastByteAt: MonotonicMs): void;
  onDiscard(byteCount: number): void;
}

export interface FramingOptions {
  readonly terminator: Uint8Array;
  readonly interByteTimeoutMs: number;
}

export interface SerialFraming {
  accept(chunk: Uint8Array): void;
  /** Forgets a partial frame without a word, and takes no more. */
  close(): void;
}

/** What the bounds have let through or refused and the parser has not yet given back. */
interface Mark {
  readonly fault?: ScanFault;
  readonly at: MonotonicMs;
}

export function createSerialFraming(
  { clock }: { readonly clock: Clock },
  { terminator, interByteTimeoutMs }: FramingOptions,
  listener: FramingListener,
): SerialFraming {
  const closed = new AbortController();
  const marks = createMarks(listener);
  let chunkAt: MonotonicMs = clock.monotonicNow();
  const bounds = new FrameBounds(terminator, {
    onFrame: () => marks.add({ at: chunkAt }),
    onFault: (fault) => marks.add({ fault, at: chunkAt }),
    onDiscard: listener.onDiscard,
  } satisfies FrameBoundsListener);
  bounds.pipe(createLineParser(terminator)).on('data', marks.deliver);

  const watch = createSilenceWatch(clock, interByteTimeoutMs, closed.signal);
  return {
    accept(chunk) {
      if (closed.signal.aborted) return;
      chunkAt = clock.monotonicNow();
      bounds.write(chunk);
      watch.touch(bounds);
    },
    close: () => closed.abort(),
  };
}

/**
 * latin1 maps each byte to the character of the same number, so no byte is lost on the way.
 * Object mode keeps lines apart: a byte-mode parser may join what waits in its buffer.
 */
function createLineParser(terminator: Uint8Array): ReadlineParser {
  return new ReadlineParser({
    delimiter: Buffer.from(terminator),
    encoding: 'latin1',
    readableObjectMode: true,
  });
}

/**
 * Streams may give a line later than its bytes were written. The marks remember when each frame
 * came and hold back a fault until the frames before it are out.
 */
function createMarks(listener: FramingListener) {
  const waiting: Mark[] = [];
  const releaseFaults = () => {
    for (let head = waiting[0]; head?.fault !== undefined; head = waiting[0]) {
      waiting.shift();
      listener.onFault(head.fault, head.at);
    }
  };

  return {
    add(mark: Mark): void {
      waiting.push(mark);
      releaseFaults();
    },
    deliver(line: string): void {
      const mark = waiting.shift();
      if (mark === undefined)
        throw new Error('the parser gave a line that the bounds never passed');
      listener.onFrame(Buffer.from(line, 'latin1'), mark.at);
      releaseFaults();
    },
  };
}

/** Long enough for the event loop to turn once. */
const turnMs = 1;

/** Expires a partial frame when no chunk has come for the timeout. One sleeper at most. */
function createSilenceWatch(clock: Clock, timeoutMs: number, closed: AbortSignal) {
  let silentAt: MonotonicMs = 0;
  let isWatching = false;

  const watch = async (bounds: FrameBounds) => {
    isWatching = true;
    while (bounds.isMidFrame && !closed.aborted) {
      const awaited = silentAt;
      await clock.sleep(awaited - turnMs - clock.monotonicNow(), closed);
      // A stalled process wakes late, with bytes waiting in the port. The last bit of the timeout
      // is slept apart, so that they come in before the scanner is called silent.
      await clock.sleep(turnMs, closed);
      if (silentAt === awaited && !closed.aborted) bounds.expire();
    }
    isWatching = false;
  };

  return {
    touch(bounds: FrameBounds): void {
      silentAt = clock.monotonicNow() + timeoutMs;
      if (!isWatching) void watch(bounds);
    },
  };
}
