/**
 * An open serial line as bytes and an end: the seam between the framing and `serialport`. This
 * file is the only home of that library; no exception or error event of it gets past here.
 */
import { SerialPort } from 'serialport';
import { reportHangUps } from './hang-up.ts';
import { explainOpenFailure } from './open-failure.ts';

export interface SerialLineOptions {
  readonly path: string;
  readonly baudRate: number;
}

export interface SerialLineListener {
  onBytes(chunk: Uint8Array): void;
  /** The line is gone without having been asked to close: unplugged, or failed. */
  onLost(cause: unknown): void;
}

export interface SerialLine {
  /** Resolves when the port is free again; never rejects; may be called after the line is lost. */
  close(): Promise<void>;
}

/** @throws ReaderError `reader/not-found`, `no-permission`, `busy` or `failed`. */
export type OpenSerialLine = (
  options: SerialLineOptions,
  listener: SerialLineListener,
) => Promise<SerialLine>;

export const openSerialLine: OpenSerialLine = async (options, listener) => {
  const port = await openPort(options);
  reportHangUps(port.port);
  port.on('close', (cause: unknown) => {
    if (cause !== null) listener.onLost(cause);
  });
  port.on('error', listener.onLost);
  port.on('data', listener.onBytes);
  return { close: () => closePort(port) };
};

/** 8 data bits, no parity, one stop bit, as scanners leave the factory; locked for this process. */
async function openPort({ path, baudRate }: SerialLineOptions): Promise<SerialPort> {
  try {
    const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error === null ? resolve() : reject(error)));
    });
    return port;
  } catch (error) {
    throw explainOpenFailure(path, error);
  }
}

function closePort(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (!port.isOpen) resolve();
    // A failed close frees the descriptor all the same (Linux close(2)); there is nothing to retry.
    else port.close(() => resolve());
  });
}
