/**
 * Appends each signal to a file as one line of JSON, for tests and for technicians. Written in
 * the same turn but not fsynced: what must survive a power cut is in the ledger.
 *
 * The file has an upper size: past it, it is renamed to `path.1`, in the place of an older one,
 * and a new file begins. A full disk costs lines, never a tap.
 */
import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { Indicator, Signal } from '../indicator.ts';

/** About two weeks of a busy bus. */
export const logBytesMax = 16 * 1024 * 1024;

export interface LogIndicatorOptions {
  readonly path: string;
  /** When to begin a new file; logBytesMax unless told. */
  readonly bytesMax?: number;
}

export interface LogIndicator extends Indicator {
  /** Signals that are not, or not wholly, in the file. */
  readonly failed: number;
  close(): void;
}

interface LogFile {
  readonly descriptor: number;
  bytes: number;
  /** The last write stopped half-way; the next line begins with a line feed of its own. */
  isTorn: boolean;
}

/** @throws the file system's error when the file cannot be opened to begin with. */
export function createLogIndicator(
  { clock }: { readonly clock: Clock },
  { path, bytesMax = logBytesMax }: LogIndicatorOptions,
): LogIndicator {
  let file = openLog(path);
  let failed = 0;

  return {
    show(signal) {
      try {
        if (file.bytes >= bytesMax) file = rotate(file, path);
        append(file, `${lineOf(signal, clock)}\n`);
      } catch {
        // Disk full or gone: the light matters more than its log, and the count tells of it.
        failed += 1;
      }
    },
    get failed() {
      return failed;
    },
    close: () => closeSync(file.descriptor),
  };
}

function openLog(path: string): LogFile {
  const descriptor = openSync(path, 'a', 0o640);
  return { descriptor, bytes: fstatSync(descriptor).size, isTorn: false };
}

/** The new file is open before the old one is closed, so that a failure leaves one to write to. */
function rotate(full: LogFile, path: string): LogFile {
  if (existsSync(path)) renameSync(path, `${path}.1`);
  const fresh = openLog(path);
  closeSync(full.descriptor);
  return fresh;
}

function append(file: LogFile, line: string): void {
  const bytes = Buffer.from(file.isTorn ? `\n${line}` : line);
  const written = writeSync(file.descriptor, bytes);
  file.bytes += written;
  file.isTorn = written < bytes.length;
  if (file.isTorn) throw new Error(`wrote ${written} of ${bytes.length} bytes`);
}

function lineOf({ id, light, fields, text, lastByteAt }: Signal, clock: Clock): string {
  const elapsedMs = clock.monotonicNow() - lastByteAt;
  return JSON.stringify({ at: clock.wallNow(), id, light, fields, text, elapsedMs });
}
