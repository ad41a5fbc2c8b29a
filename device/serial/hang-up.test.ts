import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createPtyLine, isSocatInstalled } from '../../sim/pty-line.ts';
import { reportHangUps } from './hang-up.ts';

/** An open port from which nobody has read yet, on a pty. */
async function anOpenPort() {
  const folder = mkdtempSync(join(tmpdir(), 'halte-hang-up-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'scanner');
  const line = await createPtyLine({ path });
  onTestFinished(() => line.close());
  const port = new SerialPort({ path, baudRate: 9_600, autoOpen: false });
  await new Promise<void>((resolve, reject) =>
    port.open((error) => (error === null ? resolve() : reject(error))),
  );
  onTestFinished(() => port.close(() => undefined));
  reportHangUps(port.port);
  const buffer = Buffer.alloc(16);
  const read = async () => (await port.port?.read(buffer, 0, buffer.length))?.bytesRead;
  return { line, port, buffer, read };
}

describe.skipIf(!isSocatInstalled())('a port on a pty (skipped without socat)', () => {
  test('fails to read from a line that hung up before the first read', async () => {
    const { line, read } = await anOpenPort();
    await line.unplug();

    await expect(read()).rejects.toThrow(/hung up|bad file descriptor/);
  });

  test('fails a read that waits when the line hangs up', async () => {
    const { line, read } = await anOpenPort();
    const reading = expect(read()).rejects.toThrow(/hung up|bad file descriptor/);

    await line.unplug();

    await reading;
  });

  test('cancels a read that waits when the port is closed', async () => {
    const { port, read } = await anOpenPort();
    const reading = expect(read()).rejects.toMatchObject({ canceled: true });

    port.close();

    await reading;
    await expect(read()).rejects.toMatchObject({ canceled: true });
  });

  test('reads the bytes that came, and waits for more', async () => {
    const { line, buffer, read } = await anOpenPort();
    const first = read();
    await line.send('one');
    const firstBytes = await first;
    const second = read();
    await line.send('two!');

    expect(firstBytes).toBe(3);
    expect(await second).toBe(4);
    expect(buffer.toString('latin1', 0, 4)).toBe('two!');
  });
});
