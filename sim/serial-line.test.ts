import { expect, test } from 'vitest';
import { createSerialBarcodeReader } from '../device/serial/serial-barcode-reader.ts';
import { tokenReaderQrContract } from './contracts/token-reader-qr.ts';
import { createSimSerialLine } from './serial-line.ts';
import { createSimRandom } from './sim-chance.ts';
import { createSimClock } from './sim-clock.ts';

tokenReaderQrContract('a barcode reader on the line in memory', () => {
  const clock = createSimClock();
  const line = createSimSerialLine({ clock });
  const { openPort } = line;
  const reader = createSerialBarcodeReader({ clock, openPort }, { name: 'front', path: 'sim' });
  return { ...line, reader, elapse: (ms) => clock.advance(ms), close: () => line.unplug() };
});

test('trickles bytes with the time of a slow line between them', async () => {
  const clock = createSimClock();
  const line = createSimSerialLine({ clock });
  const arrivals: [number, number | undefined][] = [];
  await line.openPort(
    { path: 'sim', baudRate: 9_600 },
    { onBytes: (chunk) => arrivals.push([clock.monotonicNow(), chunk[0]]), onLost: () => {} },
  );

  void line.trickle('abc', 2);
  await clock.advance(10);

  expect(arrivals).toEqual([
    [0, 0x61],
    [2, 0x62],
    [4, 0x63],
  ]);
});

test('makes the same noise under the same seed', async () => {
  const noiseOf = async (seed: number) => {
    const line = createSimSerialLine({ clock: createSimClock() });
    const chunks: Uint8Array[] = [];
    const listener = { onBytes: (chunk: Uint8Array) => chunks.push(chunk), onLost: () => {} };
    await line.openPort({ path: 'sim', baudRate: 9_600 }, listener);
    line.noise(createSimRandom(seed), 64);
    return Buffer.concat(chunks).toString('hex');
  };

  expect(await noiseOf(1)).toBe(await noiseOf(1));
  expect(await noiseOf(1)).not.toBe(await noiseOf(2));
});
