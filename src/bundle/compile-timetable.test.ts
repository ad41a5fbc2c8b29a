import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFeed, type FeedChange } from '../../sim/testing/gtfs-feeds.ts';
import { readBundleFiles } from './bundle-files.ts';
import { compileTimetable } from './compile-timetable.ts';
import { readFeed } from './gtfs/read-feed.ts';

const folder = join(import.meta.dirname, '../../fixtures/trans-semarang');
const { feed: semarang } = readFeed(readBundleFiles(folder));

function timetableOf(...changes: readonly FeedChange[]) {
  return compileTimetable(readFeed(aFeed(...changes)).feed, { dayBeginsAtMinutes: 180 });
}

test('joins trips and calls into patterns', () => {
  const { patterns, trips } = timetableOf();

  expect(patterns).toEqual([
    {
      ...{ id: '1:1', routeId: '1', directionId: 0, stopIds: ['alun-alun-a', 'pasar', 'dermaga'] },
      shape: [
        { latitude: -6.99, longitude: 110.421 },
        { latitude: -6.98, longitude: 110.43 },
        { latitude: -6.95, longitude: 110.43 },
      ],
    },
    {
      ...{ id: '1:2', routeId: '1', directionId: 1, stopIds: ['dermaga', 'alun-alun-b'] },
      stopSequences: [10, 20],
    },
    { id: '2:1', routeId: '2', stopIds: ['pasar', 'dermaga'] },
  ]);
  expect(trips[2]).toEqual({
    ...{ tripId: '2-malam', patternId: '2:1', serviceId: 'setiap-hari', headsign: 'Dermaga' },
    times: [
      { arrival: 85_800, departure: 85_800 },
      { arrival: 87_000, departure: 87_000 },
    ],
  });
});

test('puts trips over the same road into one pattern, and others into another', () => {
  const more = ['1,kerja,1-siang,,0,,jalan-1', '1,kerja,1-sore,,0,,'].join('\n');
  const calls = ['1-siang', '1-sore'].flatMap((trip) => [
    `${trip},12:00:00,12:00:00,alun-alun-a,1,`,
    `${trip},,,pasar,2,`,
    `${trip},12:20:00,12:20:00,dermaga,3,`,
  ]);
  const { trips } = timetableOf(
    { file: 'trips.txt', line: 5, becomes: more },
    { file: 'stop_times.txt', line: 9, becomes: calls.join('\n') },
  );

  expect(trips.map(({ tripId, patternId }) => [tripId, patternId])).toEqual([
    ['1-pagi', '1:1'],
    ['1-pulang', '1:2'],
    ['2-malam', '2:1'],
    ['1-siang', '1:1'],
    ['1-sore', '1:3'],
  ]);
});

test('keeps a loop that calls twice at a stop', () => {
  const { patterns } = timetableOf({
    ...{ file: 'stop_times.txt', line: 9 },
    becomes: '2-malam,24:30:00,24:30:00,pasar,3,',
  });

  expect(patterns.at(-1)?.stopIds).toEqual(['pasar', 'dermaga', 'pasar']);
});

test('has the stops at which a bus calls, and every route by a name', () => {
  const { stops, routes } = timetableOf();

  expect([...stops.keys()]).toEqual(['alun-alun-a', 'alun-alun-b', 'pasar', 'dermaga']);
  expect(routes.get('1')?.shortName).toBe('1');
  expect(routes.get('2')?.shortName).toBe('Pasar - Dermaga');
});

test('leaves out a trip of one stop', () => {
  const { trips } = timetableOf({ file: 'stop_times.txt', line: 8 });

  expect(trips.map(({ tripId }) => tripId)).toEqual(['1-pagi', '1-pulang']);
});

test('compiles the timetable of Trans Semarang', () => {
  const { patterns, trips, stops } = compileTimetable(semarang, { dayBeginsAtMinutes: 180 });

  expect(trips).toHaveLength(semarang.trips.length);
  expect(patterns.every(({ stopIds }) => stopIds.every((id) => stops.has(id)))).toBe(true);
  expect(trips.some(({ times }) => times.some(({ arrival }) => arrival >= 86_400))).toBe(true);
});
