import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { positionSourceContract } from '../../sim/contracts/position-source.ts';
import { type GnssMeasurement, nmeaBurst, nmeaSentence } from '../../sim/gnss-receiver.ts';
import { createPtyLine, isSocatInstalled } from '../../sim/pty-line.ts';
import { createSimSerialLine } from '../../sim/serial-line.ts';
import { createSimRandom } from '../../sim/sim-chance.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { createSystemClock } from '../os/system-clock.ts';
import type { Position } from '../position-source.ts';
import { createGnssReceiver } from './gnss-receiver.ts';

const measured = (second: number, change: Partial<GnssMeasurement> = {}): GnssMeasurement => ({
  at: Date.UTC(2026, 10, 2, 1, 0, second),
  place: { latitude: -6.99, longitude: 110.423 + second / 10_000 },
  ...{ speed: 10, course: 90, hdop: 0.9, satellites: 10 },
  ...change,
});

positionSourceContract('a GNSS receiver on the line in memory', () => {
  const clock = createSimClock();
  const line = createSimSerialLine({ clock });
  const source = createGnssReceiver({ clock, openPort: line.openPort }, { name: 'g', path: 'sim' });
  let second = 0;
  return {
    source,
    unplug: line.unplug,
    replug: line.replug,
    async elapse(ms) {
      await line.opened();
      for (let passed = 0; passed < ms; passed += 1_000) {
        second += 1;
        line.send(nmeaBurst(measured(second)));
        await clock.advance(1_000);
      }
    },
  };
});

/** A receiver on a line in memory, opened, with all that it has given so far. */
async function aReceiver() {
  const clock = createSimClock();
  const line = createSimSerialLine({ clock });
  const receiver = createGnssReceiver(
    { clock, openPort: line.openPort },
    { name: 'gnss', path: 'sim' },
  );
  const abort = new AbortController();
  const positions: Position[] = [];
  const consume = async () => {
    for await (const position of receiver.open(abort.signal)) positions.push(position);
  };
  const end = consume().catch((error: unknown) => error);
  await line.opened();
  await clock.advance(0);
  return { clock, line, receiver, positions, abort, end };
}

test('gives all that four sentences tell as one position, timed by the first of them', async () => {
  const { clock, line, positions } = await aReceiver();
  await clock.advance(500);

  line.send(nmeaBurst(measured(1)));
  await clock.advance(0);

  expect(positions).toEqual([
    {
      latitude: expect.closeTo(-6.99, 6),
      longitude: expect.closeTo(110.4231, 6),
      quality: 'autonomous',
      speed: expect.closeTo(10, 1),
      ...{ course: 90, hdop: 0.9, satellites: 10 },
      gnssTime: Date.UTC(2026, 10, 2, 1, 0, 1),
      receivedAt: 500,
    },
  ]);
});

test('gives a position without RMC once the burst is over', async () => {
  const { clock, line, positions } = await aReceiver();

  line.send(nmeaBurst(measured(1), { talker: 'GP', kinds: ['GGA', 'GSA', 'VTG'] }));
  await clock.advance(99);
  expect(positions).toEqual([]);
  await clock.advance(1);

  expect(positions).toMatchObject([{ speed: expect.closeTo(10, 1), course: 90 }]);
  expect(clock.sleepers).toBe(0);
});

test('reads a slow line byte by byte', async () => {
  const { clock, line, positions } = await aReceiver();

  void line.trickle(nmeaBurst(measured(1)), 1);
  await clock.advance(1_000);

  expect(positions).toHaveLength(1);
});

test('gives nothing without a fix, and counts it', async () => {
  const { clock, line, receiver, positions } = await aReceiver();
  const { place: _place, ...dark } = measured(1);

  line.send(nmeaBurst(dark));
  await clock.advance(1_000);

  expect(positions).toEqual([]);
  expect(receiver.counters).toMatchObject({ withoutFix: 1, corrupt: 0 });
});

test('counts what is corrupt apart from what it does not use', async () => {
  const { clock, line, receiver, positions } = await aReceiver();

  line.send(nmeaBurst(measured(1)).replace('110', '111'));
  line.send(`${nmeaSentence('GNGSV,1,1,00')}${nmeaSentence('PUBX,00')}junk\r\n$GNRMC\r\n`);
  line.send(nmeaBurst(measured(2)).replaceAll(/\*../g, ''));
  await clock.advance(1_000);

  expect(receiver.counters).toMatchObject({ unused: 2, positions: positions.length });
  expect(receiver.counters.corrupt).toBeGreaterThanOrEqual(6);
});

test('goes on after noise, half a line and a line without end', async () => {
  const { clock, line, positions, receiver } = await aReceiver();
  const random = createSimRandom(7);

  for (let burst = 0; burst < 50; burst += 1) line.noise(random, 4_096);
  line.send('$GNRMC,0100');
  await clock.advance(200);
  line.send('x'.repeat(100_000));
  await clock.advance(200);
  line.send(nmeaBurst(measured(3)));
  await clock.advance(0);

  expect(positions).toMatchObject([{ gnssTime: measured(3).at }]);
  expect(receiver.counters.corrupt).toBeGreaterThan(2);
});

test('keeps the newest position alone for a slow consumer', async () => {
  const { clock, line, positions, receiver } = await aReceiver();

  line.send(Array.from({ length: 50 }, (_, i) => nmeaBurst(measured(i))).join(''));
  await clock.advance(1_000);

  expect(positions.at(-1)).toMatchObject({ gnssTime: measured(49).at });
  expect(receiver.counters).toMatchObject({ positions: 50, dropped: 50 - positions.length });
});

test('holds no more memory in a flood of 10 MB', async () => {
  const { clock, line } = await aReceiver();
  const chunk = Buffer.alloc(64 * 1_024, '$GNRMC,');
  const before = process.memoryUsage().arrayBuffers;

  for (let sent = 0; sent < 10_000_000; sent += chunk.length) line.send(chunk);
  await clock.advance(0);

  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
});

test('ends with a hint when the line is unplugged in the middle of a burst, and sleeps no more', async () => {
  const { clock, line, end } = await aReceiver();
  line.send(nmeaBurst(measured(1)).slice(0, 90));

  line.unplug();

  expect(await end).toMatchObject({
    code: 'reader/unplugged',
    hint: expect.stringContaining('receiver'),
  });
  await clock.advance(0);
  expect(clock.sleepers).toBe(0);
});

test('frees the line when it is told to end', async () => {
  const { line, abort, end, clock } = await aReceiver();

  abort.abort();
  await end;

  const listener = { onBytes: () => {}, onLost: () => {} };
  await expect(line.openPort({ path: 'sim', baudRate: 9_600 }, listener)).resolves.toBeDefined();
  expect(clock.sleepers).toBe(0);
});

async function aPtyRig() {
  const folder = mkdtempSync(join(tmpdir(), 'halte-gnss-'));
  const line = await createPtyLine({ path: join(folder, 'gnss') });
  const clock = createSystemClock();
  const receiver = createGnssReceiver({ clock }, { name: 'gnss', path: line.path });
  onTestFinished(async () => {
    await line.close();
    rmSync(folder, { recursive: true });
  });
  return { line, receiver };
}

describe.skipIf(!isSocatInstalled())('on a real pty (skipped without socat)', () => {
  test('gives positions, ends when it is unplugged, and gives some again after a replug', async () => {
    const { line, receiver } = await aPtyRig();
    const read = async () => {
      const positions = receiver.open(new AbortController().signal)[Symbol.asyncIterator]();
      const next = positions.next();
      // Serialport flushes what was sent before it opened: send until the first comes out.
      const sending = repeatedly(() => line.send(nmeaBurst(measured(1))));
      const { value } = await next.finally(() => sending.stop());
      return { value, positions };
    };

    const { value, positions } = await read();
    expect(value).toMatchObject({ course: 90, satellites: 10 });
    const failure = expect(endOf(positions)).rejects.toMatchObject({ code: 'reader/unplugged' });
    await line.unplug();
    await failure;
    await line.replug();
    const again = await read();

    expect(again.value).toMatchObject({ course: 90 });
    await again.positions.return?.();
  });
});

/** Reads on until the source ends. */
async function endOf(positions: AsyncIterator<Position>): Promise<void> {
  while ((await positions.next()).done !== true);
}

function repeatedly(work: () => Promise<void>) {
  const clock = createSystemClock();
  let isStopped = false;
  const repeat = async () => {
    while (!isStopped) {
      await work();
      await clock.sleep(10);
    }
  };
  void repeat();
  return {
    stop() {
      isStopped = true;
    },
  };
}
