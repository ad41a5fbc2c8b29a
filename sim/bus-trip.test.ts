/** A bus on lines of Trans Semarang: what its taps say of where it was, and what that makes of fares. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { TapRow } from '../src/core/ledger/row.ts';
import { type Bus, startBus } from './bus.ts';
import { semarangTimetable, wallets } from './city.ts';
import { tripTrack } from './gnss-trip.ts';
import { createSimEntropy, createSimRandom } from './sim-chance.ts';
import { pointsOf } from './sim-position.ts';
import { syntheticQris } from './synthetic-qris.ts';
import { aFolder } from './testing/ledger-builders.ts';

/** A trip has thousands of seconds. */
vi.setConfig({ testTimeout: 20_000 });

const timetable = semarangTimetable();
/** When the simulated bus starts, 2026-11-24 07:00 in Semarang, and the day's number. */
const start = Date.UTC(2026, 10, 24);
const day = start / 86_400_000;
/** Seconds before the bus comes to its first stop. */
const lead = 60;

function patternOf(id: string) {
  const pattern = timetable.patterns.find((one) => one.id === id);
  if (pattern === undefined) throw new Error(`there is no pattern ${id}`);
  return pattern;
}

interface Plan {
  readonly routeId?: string;
  /** Stops, by their number from 0: the receiver has no sky from this one to that one. */
  readonly dark?: readonly [from: number, to: number];
}

/** A bus that is about to drive a pattern from end to end. */
async function aDrivenBus(patternId: string, { routeId = 'koridor-1', dark }: Plan = {}) {
  const pattern = patternOf(patternId);
  const plan = { at: start + lead * 1_000 };
  const lit = tripTrack(timetable, pattern, { ...plan, random: createSimRandom(3) });
  const darkness = dark && [
    [(lit.halts[dark[0]] ?? 0) - 20, (lit.halts[dark[1]] ?? 0) + 40] as const,
  ];
  const { track, halts } = tripTrack(timetable, pattern, {
    ...plan,
    random: createSimRandom(3),
    ...(darkness && { darkness }),
  });
  const route = pointsOf(track, lead * 1_000).filter((_, second) => second % 3 === 0);
  const bus = startBus({ seed: 1, folder: aFolder(), timetable, routeId, route });
  onTestFinished(() => bus.stop());
  const entropy = createSimEntropy(11);
  /** A rider taps; codes of one rider share an account. */
  const tap = async (rider: number): Promise<TapRow> => {
    bus.scanner.send(`${syntheticQris(wallets.gopay, entropy, { rider })}\r\n`);
    // The backend is asked first, and answers within this.
    await bus.clock.advance(2_000);
    return lastTap(bus);
  };
  const until = (second: number) =>
    bus.clock.advance((lead + second) * 1_000 - bus.clock.monotonicNow());
  /** Before the bus leaves a stop: it has to stand at its first one for 20 s to be known there. */
  const atStop = (number: number) => until((halts[number] ?? 0) + 25);
  return { bus, pattern, halts, tap, until, atStop };
}

function lastTap({ ledger }: Bus): TapRow {
  const [entry] = ledger.audit.entries(1, { epoch: ledger.head.epoch, seq: ledger.head.seq - 1 });
  if (entry?.row?.kind !== 'tap') throw new Error('the last row is no tap');
  return entry.row;
}

test('writes the stop, the journey and its day into each tap of a whole trip', async () => {
  const { pattern, tap, atStop } = await aDrivenBus('koridor-1:1');
  const rows: TapRow[] = [];
  for (const number of pattern.stopIds.keys()) {
    await atStop(number);
    rows.push(await tap(number));
  }

  expect(rows.map(({ stopId }) => stopId)).toEqual(pattern.stopIds);
  expect(rows.map(({ stopSequence }) => stopSequence)).toEqual(rows.map((_, i) => i + 1));
  for (const row of rows) {
    expect(row).toMatchObject({
      ...{ routeId: 'koridor-1', directionId: 0, tripId: 'koridor-1-0-0700' },
      ...{ serviceDate: day, placeCertainty: 'sure', outcome: 'accepted' },
    });
    expect(row.provisional).toBeUndefined();
  }
});

test('writes the last stop it was sure of in a tunnel, says so, and finds the bus again', async () => {
  const { pattern, tap, atStop } = await aDrivenBus('koridor-1:1', { dark: [2, 4] });
  const rows: TapRow[] = [];
  for (const number of [1, 2, 3, 4, 5, 6]) {
    await atStop(number);
    rows.push(await tap(number));
  }

  const [, tugu, , , , kalibanteng, karangayu] = pattern.stopIds;
  expect(rows.map(({ stopId, placeCertainty }) => [stopId, placeCertainty])).toEqual([
    [tugu, 'sure'],
    [tugu, 'last-known'],
    [tugu, 'last-known'],
    [tugu, 'last-known'],
    [kalibanteng, 'sure'],
    [karangayu, 'sure'],
  ]);
});

test('is on its way back when a driver said the route alone, and takes no route that there is not', async () => {
  const { bus, tap, atStop } = await aDrivenBus('koridor-2:2');
  const press = async (routeId: string) => {
    const answer = bus.driver.press({ action: 'assign-trip', routeId });
    await bus.clock.advance(20);
    return answer;
  };
  expect(await press('koridor-2')).toMatchObject({ ok: true });
  expect(await press('koridor-9')).toMatchObject({ code: 'driver/unknown-route' });
  await atStop(3);

  expect(await tap(1)).toMatchObject({
    ...{ routeId: 'koridor-2', directionId: 1, stopId: 'sukun', placeCertainty: 'sure' },
  });
});

test('is not sure of a stop while it drives against the direction that a driver said', async () => {
  const { bus, tap, atStop } = await aDrivenBus('koridor-1:1');
  await atStop(2);
  bus.whereabouts.assign({ routeId: 'koridor-1', directionId: 1 }, 'driver');
  await atStop(3);
  const wrong = await tap(1);
  bus.whereabouts.assign({ routeId: 'koridor-1', directionId: 0 }, 'driver');
  await atStop(5);
  const right = await tap(2);

  expect(wrong).toMatchObject({ directionId: 1, placeCertainty: 'last-known' });
  expect(right).toMatchObject({ directionId: 0, placeCertainty: 'sure', stopId: 'kalibanteng' });
});

test('goes from the last stop to none when the receiver is unplugged, and back when it returns', async () => {
  const { bus, tap, atStop, until, halts } = await aDrivenBus('koridor-1:1');
  await atStop(2);
  bus.gnss.unplug();
  await bus.clock.advance(30_000);
  const soon = await tap(1);
  bus.gnss.replug();
  await atStop(4);
  const again = await tap(2);
  bus.gnss.unplug();
  await until((halts[4] ?? 0) + 3_700);
  const late = await tap(3);

  expect([soon, again, late].map(({ stopId, placeCertainty }) => [stopId, placeCertainty])).toEqual(
    [
      ['tugurejo', 'last-known'],
      ['krapyak', 'sure'],
      [undefined, 'unknown'],
    ],
  );
  expect(late).toMatchObject({ routeId: 'koridor-1', outcome: 'accepted' });
  expect(bus.events).toContainEqual(
    expect.objectContaining({ event: 'reader-failed', reader: 'sim-gnss' }),
  );
});

test('lets riders change to another line at a transit shelter, and only there', async () => {
  const { bus, tap, atStop, pattern } = await aDrivenBus('koridor-1:1');
  const shelter = pattern.stopIds.indexOf('balai-kota-a');
  bus.whereabouts.assign({ routeId: 'koridor-2' }, 'driver');
  await atStop(1);
  await tap(1);
  await tap(2);
  bus.whereabouts.release();
  await atStop(shelter - 1);
  const before = await tap(1);
  await atStop(shelter);
  const there = await tap(2);

  expect(before).toMatchObject({
    stopId: 'tugu-muda',
    amount: 3_500,
  });
  expect(there).toMatchObject({
    ...{ stopId: 'balai-kota-a', amount: 0, fareProduct: 'pindah', transfers: 1 },
  });
  expect([before.provisional, there.provisional]).toEqual([undefined, undefined]);
});

test('leaves the transfer to the office where it does not know the stop', async () => {
  const { bus, tap, atStop, pattern } = await aDrivenBus('koridor-1:1');
  bus.whereabouts.assign({ routeId: 'koridor-2' }, 'driver');
  await bus.clock.advance(1_000);
  const first = await tap(1);
  await atStop(pattern.stopIds.indexOf('balai-kota-a'));
  bus.whereabouts.assign({ routeId: 'koridor-5' }, 'driver');
  const second = await tap(1);

  expect(first).toMatchObject({ amount: 3_500, provisional: 'from-area' });
  expect(second).toMatchObject({ amount: 3_500, provisional: 'from-area' });
  expect(second.stopId).toBeUndefined();
});
