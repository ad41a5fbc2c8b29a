/**
 * Makes `serialport` notice that a line has hung up. When a USB scanner is pulled, or the far end
 * of a pty closes, Linux lets read(2) return 0 at once and for ever. @serialport/bindings-cpp 13
 * takes 0 for "try again": it reads in an endless loop, one core busy and memory growing, and
 * never reports the loss (bindings-cpp issue 162). Here 0 is what it says, the end of the file.
 */
import { readSync } from 'node:fs';
import type { SerialPort } from 'serialport';

type BindingPort = NonNullable<SerialPort['port']>;
type PolledPort = Extract<BindingPort, { readonly poller: unknown }>;

/** Replaces the port's read where it is the Unix one; call it before the first byte is asked for. */
export function reportHangUps(port: SerialPort['port']): void {
  if (port === undefined || !('poller' in port)) return;
  port.read = (buffer, offset, length) => readOrReportHangUp(port, buffer, offset, length);
}

/**
 * Waits first and reads then. The descriptor is non-blocking, so the read costs one system call
 * and no trip through the thread pool. With VMIN = 1, which `serialport` sets, an idle line gives
 * EAGAIN and only a line that hung up gives 0 (termios(3), "noncanonical mode").
 */
async function readOrReportHangUp(
  port: PolledPort,
  buffer: Buffer,
  offset: number,
  length: number,
): Promise<{ buffer: Buffer; bytesRead: number }> {
  while (true) {
    await untilReadable(port);
    const bytesRead = readNow(openDescriptor(port), buffer, offset, length);
    if (bytesRead === 0) throw new Error('the line hung up');
    if (bytesRead !== undefined) return { buffer, bytesRead };
  }
}

async function untilReadable(port: PolledPort): Promise<void> {
  // The poller of a closed port is freed memory: to touch it is a segmentation fault.
  openDescriptor(port);
  await new Promise<void>((resolve, reject) => {
    port.poller.once('readable', (error) => (error === null ? resolve() : reject(error)));
  });
}

/** @throws an error marked `canceled`, by which the stream knows a close from a loss. */
function openDescriptor({ fd }: PolledPort): number {
  if (fd === null) throw Object.assign(new Error('the port is closed'), { canceled: true });
  return fd;
}

/** Undefined when there is nothing yet: another reader was faster, or a signal came between. */
function readNow(fd: number, buffer: Buffer, offset: number, length: number): number | undefined {
  try {
    return readSync(fd, buffer, offset, length, null);
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}

function isTransient(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EAGAIN' || code === 'EINTR';
}
