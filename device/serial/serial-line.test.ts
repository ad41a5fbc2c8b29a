import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type QrReaderRig, tokenReaderQrContract } from '../../sim/contracts/token-reader-qr.ts';
import { createPtyLine, isSocatInstalled } from '../../sim/pty-line.ts';
import { createSystemClock } from '../os/system-clock.ts';
import type { Scan } from '../token-reader.ts';
import { explainOpenFailure } from './open-failure.ts';
import { createSerialBarcodeReader } from './serial-barcode-reader.ts';
import { type OpenSerialLine, openSerialLine } from './serial-line.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halte-serial-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Tells when the real port is open, which its reader alone knows. */
function watchOpening(open: OpenSerialLine) {
  let isOpen = false;
  const openers: (() => void)[] = [];
  const openPort: OpenSerialLine = async (options, { onBytes, onLost }) => {
    const lost = (cause: unknown) => {
      isOpen = false;
      onLost(cause);
    };
    const line = await open(options, { onBytes, onLost: lost });
    isOpen = true;
    for (const resolve of openers.splice(0)) resolve();
    const close = async () => {
      isOpen = false;
      await line.close();
    };
    return { close };
  };
  const opened = async () => {
    if (!isOpen) await new Promise<void>((resolve) => openers.push(resolve));
  };
  return { openPort, opened };
}

async function aPtyRig(): Promise<QrReaderRig> {
  const path = join(aFolder(), 'scanner');
  const line = await createPtyLine({ path });
  const { openPort, opened } = watchOpening(openSerialLine);
  const clock = createSystemClock();
  const reader = createSerialBarcodeReader({ clock, openPort }, { name: 'front', path });
  return { ...line, reader, opened, elapse: () => Promise.resolve() };
}

describe.skipIf(!isSocatInstalled())('on a real pty (skipped without socat)', () => {
  tokenReaderQrContract('a barcode reader on a pty', aPtyRig);

  test('bounds 10 MB without a terminator and reads the next code', {
    timeout: 20_000,
  }, async () => {
    const rig = await aPtyRig();
    onTestFinished(() => rig.close());
    const scans: Scan[] = [];
    const untilRead = async () => {
      for await (const scan of rig.reader.open(new AbortController().signal)) {
        scans.push(scan);
        if (scan.medium === 'qr') return;
      }
    };
    const read = untilRead();
    await rig.opened();

    await rig.send(Buffer.alloc(10_000_000, 'x'));
    await rig.send('\r\nnext\r\n');
    await read;

    // A pause of the sender ends a discard, so a busy machine may make two faults of one flood.
    const [first, ...rest] = scans;
    expect(first).toMatchObject({ fault: 'frame-too-long' });
    expect(rest.at(-1)).toMatchObject({ medium: 'qr', bytes: Buffer.from('next') });
  });
});

const nobodyListens = { onBytes: () => {}, onLost: () => {} };
const opening = (path: string) => openSerialLine({ path, baudRate: 9_600 }, nobodyListens);

test('says that there is no port, with a hint, where nothing is at the path', async () => {
  const missing = join(aFolder(), 'scanner');

  await expect(opening(missing)).rejects.toMatchObject({
    name: 'ReaderError',
    code: 'reader/not-found',
    message: `no serial port at ${missing}`,
    hint: expect.stringMatching(/scanner or GNSS receiver.*\/dev\/serial\/by-id/),
  });
});

test('says that the port failed where the path is not a serial port', async () => {
  const file = join(aFolder(), 'file');
  writeFileSync(file, '');

  await expect(opening(file)).rejects.toMatchObject({ code: 'reader/failed' });
  await expect(opening('')).rejects.toMatchObject({ name: 'ReaderError' });
});

const isRoot = process.getuid?.() === 0;

test.skipIf(isRoot)('names the group that may open ports (skipped for root)', async () => {
  const file = join(aFolder(), 'file');
  writeFileSync(file, '', { mode: 0 });

  await expect(opening(file)).rejects.toMatchObject({ code: 'reader/no-permission' });
});

test.each([
  ['Error: Permission denied, cannot open /dev/null', 'reader/no-permission', 'dialout'],
  ['Error Resource temporarily unavailable Cannot lock port', 'reader/busy', 'fuser'],
  ['Error: Device or resource busy, cannot open /dev/null', 'reader/busy', 'fuser'],
  ['Error: Input/output error setting custom baud rate', 'reader/failed', 'baud'],
])('makes %j a code with a hint', (message, code, hint) => {
  const failure = explainOpenFailure('/dev/null', new Error(message));

  expect(failure).toMatchObject({ code, hint: expect.stringContaining(hint) });
});
