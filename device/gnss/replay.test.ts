/**
 * Tracks of fixtures/nmea through the driver and the trip tracker: what was said of the bus, at
 * the second of the track at which it changed.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { town } from '../../sim/gnss-town.ts';
import { type TownTrack, townBursts, townTracks } from '../../sim/gnss-tracks.ts';
import { createPtyLine, isSocatInstalled } from '../../sim/pty-line.ts';
import { createSimSerialLine } from '../../sim/serial-line.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { lineMapOf } from '../../src/core/trip/line-map.ts';
import { advance } from '../../src/core/trip/tracker.ts';
import { startTracking } from '../../src/core/trip/tracker-state.ts';
import { type TripContext, tripContextOf } from '../../src/core/trip/trip-context.ts';
import { createSystemClock } from '../os/system-clock.ts';
import type { Position } from '../position-source.ts';
import { createGnssReceiver } from './gnss-receiver.ts';

const folder = new URL('../../fixtures/nmea/', import.meta.url);
const textOf = (file: string) => readFileSync(new URL(file, folder), 'latin1');
const map = lineMapOf(town);

/** A track's file as the bursts of its seconds: each begins with the kind that comes first. */
function burstsOf({ kinds = ['RMC'], name }: TownTrack): string[] {
  const first = kinds[0] ?? 'RMC';
  return textOf(`${name}.nmea`).split(new RegExp(`(?=\\$..${first},)`));
}

/** The tracker behind a receiver; its times are those of the track, however fast it is replayed. */
function aWatch({ at, routeId }: TownTrack) {
  let state = startTracking({ at, configuredRouteId: routeId });
  return {
    see({ latitude, longitude, ...rest }: Position, second: number): void {
      const now = { at: at + second * 1_000, monotonicAt: second * 1_000 };
      const { quality, speed, hdop } = rest;
      state = advance(
        state,
        {
          ...{ kind: 'position', ...now, latitude, longitude },
          ...(quality === undefined ? {} : { quality }),
          ...(speed === undefined ? {} : { speed }),
          ...(hdop === undefined ? {} : { hdop }),
        },
        map,
      );
    },
    say(second: number): TripContext {
      return tripContextOf(state, { at: at + second * 1_000, monotonicAt: second * 1_000 }, map);
    },
  };
}

function lineOf({ certainty, status, ...place }: TripContext): string {
  const { routeId, directionId, tripId, stopId, stopSequence } = place;
  const facts = [certainty, routeId, directionId, tripId, stopSequence, stopId, status];
  return facts.map((fact) => fact ?? '-').join(' ');
}

/** Each change with its second. */
function changes(lines: readonly string[]): string {
  const told = lines.map((line, second) => `${second} ${line}\n`);
  return told.filter((_, i) => lines[i] !== lines[i - 1]).join('');
}

async function replayInMemory(track: TownTrack): Promise<string> {
  const clock = createSimClock();
  const line = createSimSerialLine({ clock });
  const receiver = createGnssReceiver(
    { clock, openPort: line.openPort },
    { name: 'gnss', path: 'sim' },
  );
  const watch = aWatch(track);
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  let second = 0;
  const consume = async () => {
    for await (const position of receiver.open(abort.signal)) watch.see(position, second);
  };
  void consume();
  await line.opened();
  const lines: string[] = [];
  for (const burst of burstsOf(track)) {
    line.send(burst);
    await clock.advance(1_000);
    lines.push(lineOf(watch.say(second)));
    second += 1;
  }
  return changes(lines);
}

test('every track of the folder is known, and as it was made', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.nmea'));

  expect(files.toSorted()).toEqual(
    [...townTracks.map(({ name }) => `${name}.nmea`), 'itxpt.nmea'].toSorted(),
  );
  for (const track of townTracks) {
    expect(textOf(`${track.name}.nmea`)).toBe(townBursts(track).join(''));
  }
});

test.each(townTracks)('replays $name to what is expected', async (track) => {
  expect(await replayInMemory(track)).toBe(textOf(`${track.name}.expected.txt`));
});

test('replays the sample line of ITxPT', async () => {
  const clock = createSimClock();
  const line = createSimSerialLine({ clock });
  const receiver = createGnssReceiver(
    { clock, openPort: line.openPort },
    { name: 'gnss', path: 'sim' },
  );
  const next = receiver.open(new AbortController().signal)[Symbol.asyncIterator]().next();
  await line.opened();

  line.send(textOf('itxpt.nmea'));
  await clock.advance(100);

  expect((await next).value).toMatchObject({
    latitude: expect.closeTo(48.877583, 6),
    longitude: expect.closeTo(2.33895, 6),
    gnssTime: Date.UTC(2019, 9, 24, 8, 5, 30, 526),
  });
});

describe.skipIf(!isSocatInstalled())('on a real pty (skipped without socat)', () => {
  test('replays the tunnel to what is expected, burst by burst', { timeout: 20_000 }, async () => {
    const [track] = townTracks;
    if (track === undefined) throw new Error('there are no tracks');
    const home = mkdtempSync(join(tmpdir(), 'halte-replay-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const line = await createPtyLine({ path: join(home, 'gnss') });
    onTestFinished(() => line.close());

    expect(await replayOnPty(line, track)).toBe(textOf(`${track.name}.expected.txt`));
  });
});

type Line = Awaited<ReturnType<typeof createPtyLine>>;

/** The next burst is sent when the position of the one before has come out. */
async function replayOnPty(line: Line, track: TownTrack): Promise<string> {
  const clock = createSystemClock();
  const receiver = createGnssReceiver({ clock }, { name: 'gnss', path: line.path });
  const abort = new AbortController();
  const positions = receiver.open(abort.signal)[Symbol.asyncIterator]();
  const watch = aWatch(track);
  const lines: string[] = [];
  let next = positions.next();
  while (receiver.counters.opened === 0) await clock.sleep(2);
  for (const [second, burst] of burstsOf(track).entries()) {
    await line.send(burst);
    if (!burst.includes(',V,')) {
      watch.see((await next).value, second);
      next = positions.next();
    }
    lines.push(lineOf(watch.say(second)));
  }
  abort.abort();
  await next;
  return changes(lines);
}
