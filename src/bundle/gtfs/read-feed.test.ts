import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFeed, feedOf } from '../../../sim/testing/gtfs-feeds.ts';
import { readBundleFiles } from '../bundle-files.ts';
import { fileBytesMax, recordBytesMax } from './csv-records.ts';
import { problemsMax, readFeed } from './read-feed.ts';

const folder = join(import.meta.dirname, '../../../fixtures/trans-semarang');
const semarang = readFeed(readBundleFiles(folder));

function areasOf(text: string) {
  return readFeed(feedOf({ areas: text })).feed.areas.map(({ line, area_id, area_name }) => [
    line,
    area_id,
    area_name,
  ]);
}

test('finds no error in the feed of Trans Semarang', () => {
  expect(semarang.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test.each([
  ['a byte order mark and CRLF', '\uFEFFarea_id,area_name\r\nz1,Zone 1\r\n', [[2, 'z1', 'Zone 1']]],
  [
    'both kinds of line ends',
    'area_id\r\nz1\nz2\r\n',
    [
      [2, 'z1'],
      [3, 'z2'],
    ],
  ],
  ['no line end at the end', 'area_id\nz1', [[2, 'z1']]],
  [
    'quotes, doubled inside',
    'area_id,area_name\nz1,"Zone ""1"", north"',
    [[2, 'z1', 'Zone "1", north']],
  ],
  [
    'empty lines',
    '\narea_id\n\nz1\n  \nz2\n\n',
    [
      [4, 'z1'],
      [6, 'z2'],
    ],
  ],
  ['spaces around cells', 'area_id , area_name\n z1 , Zone 1 ', [[2, 'z1', 'Zone 1']]],
  ['another order of fields', 'area_name,area_id\nZone 1,z1', [[2, 'z1', 'Zone 1']]],
  ['letters of the world', 'area_id,area_name\nz1,Malioboro – ꦩꦭꦶꦪ', [[2, 'z1', 'Malioboro – ꦩꦭꦶꦪ']]],
])('reads %s', (_, text, rows) => {
  expect(areasOf(text)).toEqual(rows.map(([line, id, name]) => [line, id, name]));
});

test('counts lines on past a cell that has some', () => {
  const { problems } = readFeed(aFeed({ file: 'areas.txt', line: 2, becomes: 'a,"x\ny"\n,z' }));

  expect(problems.filter(({ file }) => file === 'areas.txt').map(({ line }) => line)).toEqual([
    2, 4,
  ]);
});

test.each([
  ['bytes that are not UTF-8', Uint8Array.of(0x61, 0xff), 'not-utf8'],
  ['more bytes than it reads', new Uint8Array(fileBytesMax + 1), 'file-too-long'],
  ['a record without an end', new Uint8Array(recordBytesMax + 2).fill(0x61), 'not-csv'],
])('does not take %s', (_, bytes, code) => {
  const files = new Map([...aFeed(), ['areas.txt', bytes]]);

  expect(readFeed(files).problems.map((problem) => problem.code)).toEqual([code]);
});

test.each([
  ['a field', 'areas.txt', 1, 'area_id,area_nmae', 'did you mean "area_name"?'],
  ['a required field', 'areas.txt', 1, 'area_ids,area_name', 'is "area_ids" meant to be it?'],
  ['a file', 'stop_time.txt', 0, 'trip_id', 'did you mean "stop_times.txt"?'],
  ['an id', 'stop_times.txt', 3, '1-pagi,,,pasr,2,0', 'did you mean "pasar"?'],
])('suggests what a slip in %s was meant to be', (_, file, line, becomes, hint) => {
  expect(readFeed(aFeed({ file, line, becomes })).problems[0]?.hint).toBe(hint);
});

test('tells of a file so many problems, and how many there are besides', () => {
  const rows = Array.from({ length: problemsMax + 7 }, (_, row) => `,Zone ${row}`);
  const { problems } = readFeed(feedOf({ areas: ['area_id,area_name', ...rows].join('\n') }));
  const ofAreas = problems.filter(({ file }) => file === 'areas.txt');

  expect(ofAreas).toHaveLength(problemsMax + 1);
  expect(ofAreas.at(-1)).toMatchObject({ severity: 'error', code: 'more-problems' });
  expect(ofAreas.at(-1)?.message).toBe('7 more problems, not told');
});

test('keeps quiet about rows that refer to a file which could not be read', () => {
  const { problems } = readFeed(aFeed({ file: 'stops.txt', line: 1, becomes: 'stop' }));

  expect(new Set(problems.map(({ file }) => file))).toEqual(new Set(['stops.txt']));
});

test('reads a large feed whole', () => {
  const trips = Array.from({ length: 250 }, (_, trip) => `1,kerja,t${trip},,0,,`);
  const calls = trips.flatMap((_, trip) =>
    Array.from({ length: 20 }, (_, call) => {
      const time = `05:${String(call + 10)}:00`;
      return `t${trip},${time},${time},${call % 2 === 0 ? 'pasar' : 'dermaga'},${call + 1},`;
    }),
  );
  const { feed, problems } = readFeed(
    aFeed(
      { file: 'trips.txt', line: 5, becomes: trips.join('\n') },
      { file: 'stop_times.txt', line: 9, becomes: calls.join('\n') },
    ),
  );

  expect(problems).toEqual([]);
  expect(feed.stop_times).toHaveLength(5_007);
});

test('never throws, whatever a file holds', () => {
  const sound = aFeed();
  const edits = fc.record({
    file: fc.constantFrom(...sound.keys()),
    at: fc.nat(2_000),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '0', '-', ' ', 'a') }).map(encode),
    ),
  });
  fc.assert(
    fc.property(fc.array(edits, { minLength: 1, maxLength: 4 }), (changes) => {
      const files = new Map(sound);
      for (const { file, at, bytes } of changes) {
        const whole = files.get(file) ?? new Uint8Array();
        files.set(file, Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)]));
      }

      for (const problem of readFeed(files).problems) expect(problem.hint).not.toBe('');
    }),
    { numRuns: 50 },
  );
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
