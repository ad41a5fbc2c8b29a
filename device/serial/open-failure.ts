/**
 * Why a serial port did not open, as a code and the technician's next step. `serialport` gives
 * its reason as prose without a code, so the file system is asked first.
 */
import { accessSync, constants } from 'node:fs';
import { messageOf } from '../message-of.ts';
import { ReaderError } from '../token-reader.ts';

export function explainOpenFailure(path: string, cause: unknown): ReaderError {
  const message = messageOf(cause);
  const code = accessFailure(path);
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path, cause);
  if (code === 'EACCES' || /permission denied/i.test(message)) return noPermission(path, cause);
  // flock(2) held by another process, or TIOCEXCL set by one (EBUSY).
  if (/cannot lock port|resource busy/i.test(message)) return busy(path, cause);
  return new ReaderError(
    'reader/failed',
    `the serial port ${path} does not open: ${message}`,
    'Check that the path is a serial port and that it can do the configured baud rate.',
    cause,
  );
}

function accessFailure(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

export function notFound(path: string, cause?: unknown): ReaderError {
  return new ReaderError(
    'reader/not-found',
    `no serial port at ${path}`,
    'Plug the scanner or GNSS receiver in, or choose a path that `ls -l /dev/serial/by-id` shows.',
    cause,
  );
}

function noPermission(path: string, cause: unknown): ReaderError {
  return new ReaderError(
    'reader/no-permission',
    `this user may not open ${path}`,
    'Add the user to the group dialout (`sudo usermod -aG dialout USER`) and log in again.',
    cause,
  );
}

export function busy(path: string, cause?: unknown): ReaderError {
  return new ReaderError(
    'reader/busy',
    `another program has ${path} open`,
    `Find it with \`sudo fuser -v ${path}\`; ModemManager is a common one.`,
    cause,
  );
}

export function unplugged(path: string, cause?: unknown): ReaderError {
  return new ReaderError(
    'reader/unplugged',
    `the serial port ${path} went away`,
    'Check the cable and the power of the scanner; it is opened again when it comes back.',
    cause,
  );
}
