import { expect, test } from 'vitest';
import { createSimSerialLine } from '../../sim/serial-line.ts';
import { createSimRandom } from '../../sim/sim-chance.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { scansWaitingMax } from '../scan-queue.ts';
import type { Scan } from '../token-reader.ts';
import { createSerialBarcodeReader, type SerialBarcodeOptions } from './serial-barcode-reader.ts';

/** A reader on a line in memory, opened, with all that it has given so far. */
async function aListeningReader(options: Partial<SerialBarcodeOptions> = {}) {
  const clock = createSimClock();
  const line = createSimSerialLine({ clock });
  const reader = createSerialBarcodeReader(
    { clock, openPort: line.openPort },
    { name: 'front', path: 'sim', ...options },
  );
  const scans: Scan[] = [];
  const consume = async () => {
    for await (const scan of reader.open(new AbortController().signal)) scans.push(scan);
  };
  const end = consume().catch((error: unknown) => error);
  await line.opened();
  await clock.advance(0);
  /** What was scanned since the last call, as texts and faults. */
  const drained = async (ms = 0) => {
    await clock.advance(ms);
    return scans.splice(0).map(wordsOf);
  };
  return { clock, line, reader, scans, drained, end };
}

function wordsOf(scan: Scan): string {
  if (scan.medium === 'qr') return Buffer.from(scan.bytes).toString('latin1');
  return scan.medium === 'unreadable' ? `!${scan.fault}` : scan.medium;
}

test('bounds 10 MB without a terminator, says so once, and reads the next code', async () => {
  const { line, reader, drained } = await aListeningReader();
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const before = process.memoryUsage().arrayBuffers;

  for (let sent = 0; sent < 10_000_000; sent += chunk.length) line.send(chunk);
  const grown = process.memoryUsage().arrayBuffers - before;
  line.send('\r\nnext\r\n');

  expect(await drained()).toEqual(['!frame-too-long', 'next']);
  expect(reader.counters).toMatchObject({ framesTooLong: 1, frames: 1 });
  expect(reader.counters.bytesDiscarded).toBeGreaterThan(10_000_000);
  expect(grown).toBeLessThan(1_000_000);
});

test('shows an overlong code at once, while it is still coming in', async () => {
  const { clock, line, scans, drained } = await aListeningReader();
  await clock.advance(40);
  line.send('x'.repeat(1_025));
  await clock.advance(0);

  expect(scans).toMatchObject([{ fault: 'frame-too-long', lastByteAt: 40 }]);
  expect(await drained(1_000)).toEqual(['!frame-too-long']);
});

test('reads on after a discard that ends in silence', async () => {
  const { line, drained } = await aListeningReader();
  line.send('x'.repeat(2_000));
  expect(await drained(100)).toEqual(['!frame-too-long']);

  line.send('next\r\n');

  expect(await drained()).toEqual(['next']);
});

test('goes on discarding while the noise has no pause', async () => {
  const { line, drained } = await aListeningReader();
  line.send('x'.repeat(2_000));
  expect(await drained(99)).toEqual(['!frame-too-long']);
  line.send('y');
  expect(await drained(99)).toEqual([]);

  line.send('still it\r\nnext\r\n');

  expect(await drained()).toEqual(['next']);
});

test('survives binary noise and reads the next code', async () => {
  const { line, reader, drained } = await aListeningReader();
  const random = createSimRandom(7);
  for (let burst = 0; burst < 50; burst += 1) line.noise(random, 4_096);
  await drained(100);

  line.send('next\r\n');

  expect(await drained()).toEqual(['next']);
  expect(reader.counters.framesTooLong).toBeGreaterThan(0);
});

test('gives a code that stopped half-way up at the timeout, not before', async () => {
  const { line, reader, drained } = await aListeningReader({ interByteTimeoutMs: 50 });
  line.send('half');

  expect(await drained(49)).toEqual([]);
  expect(await drained(1)).toEqual(['!frame-incomplete']);
  expect(reader.counters).toMatchObject({ framesIncomplete: 1, bytesDiscarded: 4 });
});

test('waits anew after each chunk of a slow line', async () => {
  const { line, clock, drained } = await aListeningReader({ interByteTimeoutMs: 50 });
  void line.trickle('slow\r\n', 49);

  expect(await drained(500)).toEqual(['slow']);
  expect(clock.sleepers).toBe(0);
});

test('times a scan by the chunk that brought its terminator', async () => {
  const { line, clock, scans } = await aListeningReader();
  line.send('late');
  await clock.advance(30);
  line.send('r\r');
  await clock.advance(12);
  line.send('\n');
  await clock.advance(5);

  expect(scans).toMatchObject([{ medium: 'qr', lastByteAt: 42 }]);
});

test('times a code that stopped half-way by its last byte', async () => {
  const { line, clock, scans } = await aListeningReader();
  await clock.advance(10);
  line.send('half');
  await clock.advance(500);

  expect(scans).toMatchObject([{ fault: 'frame-incomplete', lastByteAt: 10 }]);
});

test.each(['\r', '\n', '\r\n', '#END#'])('reads codes that end with %j', async (terminator) => {
  const { line, drained } = await aListeningReader({ terminator });

  line.send(`one${terminator}${terminator} two ${terminator}`);

  expect(await drained()).toEqual(['one', ' two ']);
});

test('leaves a symbology identifier in the bytes when it is told to', async () => {
  const { line, clock, scans } = await aListeningReader({ aimIdentifier: 'none' });

  line.send(']Q1TICKET\r\n');
  await clock.advance(0);

  expect(scans.map(wordsOf)).toEqual([']Q1TICKET']);
  expect(scans[0]).not.toHaveProperty('symbology');
});

test('passes over a frame that is nothing but a symbology identifier', async () => {
  const { line, drained } = await aListeningReader();

  line.send(']Q1\r\n]Q1next\r\n');

  expect(await drained()).toEqual(['next']);
});

test('keeps the order of good and overlong codes in one chunk', async () => {
  const { line, drained } = await aListeningReader();
  const long = 'x'.repeat(1_025);

  line.send(`a\r\n${long}\r\nb\r\n${long}\r\nc\r\n`);

  expect(await drained()).toEqual(['a', '!frame-too-long', 'b', '!frame-too-long', 'c']);
});

test('drops and counts the oldest codes that a slow consumer has not fetched', async () => {
  const { line, reader, drained } = await aListeningReader();
  const codes = Array.from({ length: scansWaitingMax + 3 }, (_, i) => `code ${i}`);

  line.send(codes.map((code) => `${code}\r\n`).join(''));

  expect(await drained()).toEqual(codes.slice(3));
  expect(reader.counters).toMatchObject({ frames: codes.length, scansDropped: 3 });
});

test('forgets half a code when the line is unplugged, and leaves no sleeper', async () => {
  const { line, clock, scans, end } = await aListeningReader();
  line.send('half');

  line.unplug();

  expect(await end).toMatchObject({ code: 'reader/unplugged' });
  expect(clock.sleepers).toBe(0);
  await clock.advance(1_000);
  expect(scans).toEqual([]);
});

test.each(['', 'nine char'])('refuses %j as a terminator', (terminator) => {
  const options = { name: 'front', path: 'sim', terminator };

  expect(() => createSerialBarcodeReader({ clock: createSimClock() }, options)).toThrow(
    'a terminator has 1 to 8 characters',
  );
});
