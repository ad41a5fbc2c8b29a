import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Position } from '../position-source.ts';
import { createNmeaEpochs } from './nmea-epochs.ts';
import type { NmeaReport } from './nmea-report.ts';

const here = { latitude: -6.99, longitude: 110.42 };
const rmc = (timeOfDay: number): NmeaReport => ({
  ...{ kind: 'RMC', timeOfDay, hasFix: true, facts: { ...here, speed: 10, course: 90 } },
});
const gga = (timeOfDay: number): NmeaReport => ({
  ...{ kind: 'GGA', timeOfDay, hasFix: true, facts: { ...here, hdop: 1, satellites: 9 } },
});
const vtg: NmeaReport = { kind: 'VTG', facts: { speed: 11, course: 91 } };
const gsa: NmeaReport = { kind: 'GSA', facts: { hdop: 2 } };

/** Positions given for reports; `silence` is the end of a burst, `no fix` an epoch without place. */
function joined(events: readonly (NmeaReport | 'silence')[]): (Position | 'no fix')[] {
  const given: (Position | 'no fix')[] = [];
  const epochs = createNmeaEpochs({
    onPosition: (position) => given.push(position),
    onNoFix: () => given.push('no fix'),
  });
  for (const [at, event] of events.entries()) {
    if (event === 'silence') epochs.end();
    else epochs.accept(event, at);
  }
  return given;
}

const all = { ...here, speed: 10, course: 90, hdop: 1, satellites: 9 };

test.each([
  ['RMC, GGA', [rmc(1), gga(1)], { ...all, receivedAt: 0 }],
  ['GGA, RMC', [gga(1), rmc(1)], { ...all, receivedAt: 0 }],
  ['GSA, VTG, GGA, RMC', [gsa, vtg, gga(1), rmc(1)], { ...all, receivedAt: 0 }],
  ['RMC, VTG, GSA, then silence', [rmc(1), vtg, gsa, 'silence'] as const, undefined],
  ['GGA, VTG, then silence', [gga(1), vtg, 'silence'] as const, undefined],
])('joins %s to one position', (_name, events, expected) => {
  const given = joined(events);

  expect(given).toHaveLength(1);
  if (expected !== undefined) expect(given).toEqual([expected]);
});

test('takes from VTG and GSA what RMC and GGA did not say', () => {
  expect(joined([gga(1), vtg, 'silence'])).toMatchObject([{ speed: 11, course: 91, hdop: 1 }]);
  expect(joined([rmc(1), vtg, gsa, 'silence'])).toMatchObject([{ speed: 10, hdop: 2 }]);
});

test('ends an epoch at the first sentence of another time, without a silence', () => {
  expect(joined([rmc(1), rmc(2), rmc(3)])).toMatchObject([{ receivedAt: 0 }, { receivedAt: 1 }]);
});

test('gives an epoch once, though several systems repeat its sentences', () => {
  expect(joined([rmc(1), gga(1), rmc(1), gga(1), gsa, gsa, vtg, 'silence'])).toHaveLength(1);
});

test('gives an epoch once, though a silence tears its burst apart', () => {
  expect(joined([rmc(1), 'silence', gga(1), vtg, 'silence', rmc(2), 'silence'])).toHaveLength(2);
});

test('lets no VTG of one second into the next', () => {
  const still = { ...rmc(2), facts: here };

  expect(joined([rmc(1), gga(1), vtg, still, gga(2)])[1]).not.toHaveProperty('course');
});

test.each([
  ['RMC says void', [{ ...rmc(1), hasFix: false }, gga(1)]],
  ['GGA says no fix', [rmc(1), { ...gga(1), hasFix: false }]],
  [
    'there is no place',
    [
      { ...rmc(1), facts: {} },
      { ...gga(1), facts: {} },
    ],
  ],
] as const)('gives no position when %s', (_name, events) => {
  expect(joined(events)).toEqual(['no fix']);
});

test('says nothing of VTG and GSA alone', () => {
  expect(joined([vtg, gsa, 'silence', gsa, 'silence'])).toEqual([]);
});

test('gives one position for each time at most, in whatever order sentences come', () => {
  const times = fc.integer({ min: 1, max: 6 });
  const event = fc.oneof(
    times.map(rmc),
    times.map(gga),
    fc.constantFrom(vtg, gsa, 'silence' as const),
  );

  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const sorted = events.toSorted((a, b) => timeOf(a) - timeOf(b));
      const distinct = new Set(sorted.map(timeOf).filter((time) => time > 0)).size;

      expect(joined(sorted).length).toBeLessThanOrEqual(distinct);
    }),
  );
});

function timeOf(event: NmeaReport | 'silence'): number {
  return event === 'silence' ? 0 : (event.timeOfDay ?? 0);
}
