/** `halte run` with a GNSS receiver on a real line: where its taps were, and what that makes of fares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSimCardField } from '../../sim/card-field.ts';
import { issueTransitCard } from '../../sim/card-office.ts';
import { semarangTimetable, wallets } from '../../sim/city.ts';
import { type GnssMeasurement, nmeaBurst } from '../../sim/gnss-receiver.ts';
import { gnssTrack } from '../../sim/gnss-track.ts';
import { createPtyLine, isSocatInstalled, type PtyLine } from '../../sim/pty-line.ts';
import { createSimEntropy, createSimRandom } from '../../sim/sim-chance.ts';
import { syntheticQris } from '../../sim/synthetic-qris.ts';
import {
  aTestDevice,
  eventually,
  startRun,
  type TestDevice,
  withLedger,
} from '../../sim/testing/test-device.ts';
import { createFileKeyStore } from '../config/key-file.ts';
import { controlSocketPath } from '../runtime/control-socket.ts';
import { askControl } from './control-client.ts';

/** Real lines and databases: a busy machine needs its time. */
vi.setConfig({ testTimeout: 30_000 });

/** Two positions of a standing bus may be so far apart: no faster drive is doubted. */
const metresPerBurst = 40;
const timetable = semarangTimetable();

async function aLine(path: string): Promise<PtyLine> {
  const line = await createPtyLine({ path });
  onTestFinished(() => line.close());
  return line;
}

/** Scanner and receiver on real lines, a card and a field for it, and a route that can be changed. */
async function aTrackedDevice() {
  const device = await aTestDevice({ gnss: { path: 'gnss', baudRate: 115_200 } });
  const { backend: _none, ...written } = JSON.parse(readFileSync(device.config, 'utf8'));
  const setRoute = (routeId: string) =>
    writeFileSync(device.config, JSON.stringify({ ...written, vehicle: { routeId } }));
  const scanner = await aLine(device.workshop.scannerPath);
  const gnss = await aLine(join(device.folder, 'gnss'));
  const keyStore = createFileKeyStore(device.workshop.cardKeyFile);
  const order = { uid: Uint8Array.of(4, 1, 2, 3, 4, 5, 6), openingBalance: 20_000 };
  const card = await issueTransitCard(order, { keyStore, entropy: createSimEntropy(7) });
  const field = createSimCardField({ clock: createSystemClock() });
  return { device, scanner, gnss, setRoute, card, field };
}

type Tracked = Awaited<ReturnType<typeof aTrackedDevice>>;

function status({ folder }: TestDevice) {
  const path = controlSocketPath(join(folder, 'data'));
  return askControl(path, 'GET', '/status') as Promise<{
    readonly seq: number;
    readonly trip: { readonly stopId?: string; readonly status?: string; certainty: string };
    readonly gnss?: { readonly positions: number };
  }>;
}

/** Drives between stops much faster than a bus, and stands at the last one until it is seen there. */
async function driveTo(stopIds: readonly string[], { device, gnss }: Tracked) {
  const road = stopIds.flatMap((id) => timetable.stops.get(id) ?? []);
  const plan = { at: createSystemClock().wallNow(), speed: metresPerBurst, errorMetres: 2 };
  const track = gnssTrack({ ...plan, road, random: createSimRandom(5) });
  let second = 0;
  const tell = async (measurement: GnssMeasurement) => {
    const before = (await status(device)).gnss?.positions ?? 0;
    second += 1;
    await gnss.send(nmeaBurst({ ...measurement, at: plan.at + second * 1_000 }));
    await eventually(async () =>
      expect((await status(device)).gnss?.positions).toBeGreaterThan(before),
    );
  };
  for (const measurement of track) await tell(measurement);
  const [end] = road.slice(-1);
  const standing = { at: 0, speed: 0, hdop: 0.9, satellites: 10, ...(end && { place: end }) };
  await eventually(async () => {
    await tell(standing);
    expect((await status(device)).trip).toMatchObject({ status: 'STOPPED_AT' });
  });
}

/** A rider pays with a code of her wallet, and it is in the ledger. */
async function pay(rider: number, { device, scanner }: Tracked): Promise<void> {
  const { seq } = await status(device);
  await scanner.send(`${syntheticQris(wallets.gopay, createSimEntropy(seq), { rider })}\r\n`);
  await eventually(async () => expect((await status(device)).seq).toBeGreaterThan(seq));
}

/** Holds a card to the field until all its rows are in the ledger: intent, outcome and tap. */
async function holdCard({ device, card, field }: Tracked): Promise<void> {
  const { seq } = await status(device);
  field.present(card);
  await eventually(async () => expect((await status(device)).seq).toBe(seq + 3));
  field.remove();
}

async function isReady({ events }: ReturnType<typeof startRun>) {
  await eventually(() =>
    expect(events()).toContainEqual(expect.objectContaining({ event: 'ready' })),
  );
}

const tapsOf = ({ config }: TestDevice) =>
  withLedger(config, ({ audit }) =>
    audit.entries(20).flatMap(({ row }) => (row?.kind === 'tap' ? [row] : [])),
  );

test.skipIf(!isSocatInstalled())(
  'knows its stops by a receiver, and lets riders change at a transit shelter (skipped without socat)',
  async () => {
    const tracked = await aTrackedDevice();
    const { device, gnss, setRoute, field } = tracked;
    setRoute('koridor-2');
    const firstLine = startRun(device.config, { readers: [field] });
    await isReady(firstLine);
    await holdCard(tracked);
    await firstLine.stop();
    setRoute('koridor-1');
    const secondLine = startRun(device.config, { readers: [field] });
    await isReady(secondLine);

    await driveTo(['karangayu', 'tugu-muda'], tracked);
    await pay(2, tracked);
    await driveTo(['tugu-muda', 'balai-kota-a'], tracked);
    await holdCard(tracked);
    await gnss.unplug();
    await eventually(async () => {
      expect((await status(device)).trip.certainty).toBe('last-known');
    });
    await pay(3, tracked);
    await secondLine.stop();

    const rows = tapsOf(device);
    expect(rows).toMatchObject([
      { routeId: 'koridor-2', placeCertainty: 'unknown', amount: 3_500, provisional: 'from-area' },
      { routeId: 'koridor-1', stopId: 'tugu-muda', placeCertainty: 'sure', amount: 3_500 },
      { stopId: 'balai-kota-a', placeCertainty: 'sure', amount: 0, reason: 'transfer-applied' },
      { stopId: 'balai-kota-a', placeCertainty: 'last-known', amount: 3_500 },
    ]);
    expect(rows.map(({ provisional }) => provisional).slice(1)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(secondLine.events()).toContainEqual(
      expect.objectContaining({ event: 'reader-failed', reader: 'gnss', code: 'reader/unplugged' }),
    );
  },
);

test('starts although its receiver is missing, and says so', async () => {
  const { config } = await aTestDevice({ gnss: { path: 'nowhere' } });
  const { events } = startRun(config);

  await eventually(() =>
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'reader-failed', reader: 'gnss', code: 'reader/not-found' }),
    ),
  );
  expect(events()).toContainEqual(expect.objectContaining({ event: 'ready' }));
});
