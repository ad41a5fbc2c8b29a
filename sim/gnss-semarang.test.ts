/**
 * Every pattern of the Trans Semarang fixture, driven straight from stop to stop. Its stops are
 * approximate and it has no shapes: this shows what the tracker makes of such a feed, not where
 * real buses are.
 */
import { expect, test } from 'vitest';
import { readBundleFiles } from '../src/bundle/bundle-files.ts';
import { compileTimetable } from '../src/bundle/compile-timetable.ts';
import { readFeed } from '../src/bundle/gtfs/read-feed.ts';
import { lineMapOf } from '../src/core/trip/line-map.ts';
import type { Pattern } from '../src/core/trip/timetable.ts';
import { startTracking } from '../src/core/trip/tracker-state.ts';
import { drive } from './gnss-drive.ts';
import { gnssTrack } from './gnss-track.ts';
import { createSimRandom } from './sim-chance.ts';

const { feed } = readFeed(readBundleFiles('fixtures/trans-semarang'));
const timetable = compileTimetable(feed, { dayBeginsAtMinutes: 180 });
const map = lineMapOf(timetable);

/** A Monday, 2026-11-02, at the first departure of the pattern. */
function departureOf(pattern: Pattern): { tripId: string; at: number } {
  const trip = timetable.trips.find(({ patternId }) => patternId === pattern.id);
  const seconds = trip?.times[0]?.departure ?? 0;
  return { tripId: trip?.tripId ?? '', at: Date.UTC(2026, 10, 1, 17) + seconds * 1_000 };
}

function driven(pattern: Pattern, configuredRouteId?: string) {
  const { at } = departureOf(pattern);
  const road = pattern.stopIds.flatMap((id) => {
    const stop = timetable.stops.get(id);
    return stop === undefined ? [] : [{ ...stop, haltSeconds: 25 }];
  });
  const track = gnssTrack({ at, road, random: createSimRandom(3) });
  // A receiver set to one position in five seconds.
  const seldom = track.filter((_, second) => second % 5 === 0);
  return drive(startTracking({ at, configuredRouteId }), seldom, map).said;
}

test.each(timetable.patterns)(
  'pattern $id with its route set is driven stop by stop',
  (pattern) => {
    const said = driven(pattern, pattern.routeId);
    const halts = said.filter(({ status }) => status === 'STOPPED_AT').map(({ stopId }) => stopId);

    expect(new Set(halts)).toEqual(new Set(pattern.stopIds));
    expect(said.at(-1)).toMatchObject({
      ...{ stopId: pattern.stopIds.at(-1), directionId: pattern.directionId },
      ...{ tripId: departureOf(pattern).tripId, certainty: 'sure' },
    });
  },
);

test.each(timetable.patterns)(
  'pattern $id without a route set is taken for no other',
  (pattern) => {
    const routes = driven(pattern).map(({ routeId }) => routeId);

    expect([pattern.routeId, undefined]).toEqual(expect.arrayContaining([...new Set(routes)]));
  },
);
