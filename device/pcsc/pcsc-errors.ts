/** What can fail between here and a card, each with what the technician does about it. */
import { ReaderError } from '../token-reader.ts';

export function serviceUnreachable(socketPath: string, cause?: unknown): ReaderError {
  return new ReaderError(
    'reader/service-unreachable',
    `pcscd does not answer at ${socketPath}`,
    'Install it with "apt-get install pcscd" and start it with "systemctl start pcscd.socket".',
    cause,
  );
}

export function serviceForbidden(socketPath: string, cause: unknown): ReaderError {
  return new ReaderError(
    'reader/no-permission',
    `this user may not connect to pcscd at ${socketPath}`,
    'Run as a user whom the socket and the polkit rule "access_pcsc" of pcscd admit.',
    cause,
  );
}

export function driverMissing(cause: string): ReaderError {
  return new ReaderError(
    'reader/driver-missing',
    `nfc-pcsc could not be loaded: ${cause}`,
    'Install its headers with "apt-get install libpcsclite-dev" and run scripts/setup.',
  );
}

export function hostFailed(cause: string): ReaderError {
  return new ReaderError(
    'reader/failed',
    `the card reader's host process failed: ${cause}`,
    'Unplug the reader and plug it in again; "journalctl -u pcscd" tells more.',
  );
}

export function cardGone(message: string, cause?: unknown): ReaderError {
  return new ReaderError(
    'card/gone',
    message,
    'Hold the card still until the light changes.',
    cause,
  );
}

export function cardTimeout(): ReaderError {
  return new ReaderError(
    'card/timeout',
    'the card did not answer by the deadline',
    'Hold the card still, alone and flat on the reader.',
  );
}
