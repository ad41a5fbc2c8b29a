import fc from 'fast-check';
import { GPS } from 'gps';
import { expect, test } from 'vitest';
import { type GnssMeasurement, nmeaBurst, nmeaSentence } from '../../sim/gnss-receiver.ts';
import { readNmeaLine } from './nmea-line.ts';
import { readReport } from './nmea-report.ts';

/** @param body without `$` and checksum. */
function report(body: string) {
  const sentence = readNmeaLine(nmeaSentence(body).trimEnd());
  return typeof sentence === 'string' ? sentence : readReport(sentence);
}

/** The places are ITxPT's and DePriest's; see nmea-line.test.ts. */
test('reads RMC as ITxPT prints it, without speed, course and mode', () => {
  const read = report('GPRMC,080530.526,A,4852.655,N,00220.337,E,,,241019,000.0,W');

  expect(read).toEqual({
    ...{ kind: 'RMC', timeOfDay: 29_130_526, hasFix: true },
    facts: {
      latitude: expect.closeTo(48.877583, 6),
      longitude: expect.closeTo(2.33895, 6),
      gnssTime: Date.UTC(2019, 9, 24, 8, 5, 30, 526),
    },
  });
});

test('reads RMC with speed and course', () => {
  const read = report('GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W');

  expect(read?.valueOf()).toMatchObject({
    facts: {
      speed: expect.closeTo(11.523556, 6),
      course: 84.4,
      gnssTime: Date.UTC(1994, 2, 23, 12, 35, 19),
    },
  });
});

test('reads GGA', () => {
  expect(report('GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,')).toEqual({
    ...{ kind: 'GGA', timeOfDay: 45_319_000, hasFix: true },
    facts: {
      latitude: expect.closeTo(48.1173, 6),
      longitude: expect.closeTo(11.516667, 6),
      ...{ quality: 'autonomous', satellites: 8, hdop: 0.9 },
    },
  });
});

test('reads VTG and GSA, which have no time', () => {
  expect(report('GPVTG,054.7,T,034.4,M,005.5,N,010.2,K')).toEqual({
    ...{ kind: 'VTG', facts: { course: 54.7, speed: expect.closeTo(2.829444, 6) } },
  });
  expect(report('GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1')).toEqual({
    ...{ kind: 'GSA', facts: { hdop: 1.3 } },
  });
});

test.each([
  ['0', false, undefined],
  ['', false, undefined],
  ['9', false, undefined],
  ['constructor', false, undefined],
  ['1', true, 'autonomous'],
  ['2', true, 'differential'],
  ['4', true, 'rtk'],
  ['5', true, 'rtk'],
  ['6', true, 'estimated'],
  ['7', true, 'manual'],
  ['8', true, 'simulated'],
])('takes GGA quality %j as fix %j, %s', (quality, hasFix, name) => {
  const read = report(`GNGGA,000000,0659.4000,S,11025.2000,E,${quality},10,0.9,,M,,M,,`);

  expect(read).toMatchObject({ hasFix });
  expect(read).toHaveProperty('facts.latitude', expect.closeTo(-6.99, 6));
  expect(typeof read === 'object' && read.facts.quality).toBe(name);
});

test.each([
  ['A,A', true, 'autonomous'],
  ['A,D', true, 'differential'],
  ['A,E', true, 'estimated'],
  ['A,N', false, undefined],
  ['V,A', false, 'autonomous'],
  [',', false, undefined],
])('takes RMC status and mode %s as fix %j, %s', (status, hasFix, quality) => {
  const [letter, mode] = status.split(',');
  const read = report(`GNRMC,000000,${letter},0659.4,S,11025.2,E,0,0,010126,,,${mode}`);

  expect(read).toMatchObject({ hasFix });
  expect(typeof read === 'object' && read.facts.quality).toBe(quality);
});

test.each([
  ['a hemisphere that is missing', '4807.038,,01131.000,E'],
  ['a hemisphere of the other axis', '4807.038,E,01131.000,N'],
  ['minutes of 60', '4860.000,N,01131.000,E'],
  ['a latitude beyond the pole', '9000.001,N,01131.000,E'],
  ['a longitude beyond 180', '4807.038,N,18000.001,E'],
  ['a digit too few', '407.038,N,01131.000,E'],
  ['a letter', '48O7.038,N,01131.000,E'],
  ['half a place', '4807.038,N,,'],
])('gives no place for %s', (_name, place) => {
  expect(report(`GPGGA,123519,${place},1,08,0.9,,M,,M,,`)).toHaveProperty('facts', {
    ...{ quality: 'autonomous', satellites: 8, hdop: 0.9 },
  });
});

test.each(['', '240000', '126019', '12351', '1235190', '12:35:19', '-23519'])(
  'takes no report from a time %j',
  (time) => {
    expect(report(`GPGGA,${time},4807.038,N,01131.000,E,1,08,0.9,,M,,M,,`)).toBeUndefined();
  },
);

test.each(['300226', '310426', '000126', '010026', '011326', '0101', ''])(
  'gives no moment for the date %j, but the place',
  (date) => {
    const read = report(`GNRMC,000000,A,0659.4,S,11025.2,E,0,0,${date},,,A`);

    expect(read).toHaveProperty('facts.latitude');
    expect(read).not.toHaveProperty('facts.gnssTime');
  },
);

test('knows the leap day, and a leap second as the second after it', () => {
  const at = (time: string, date: string) =>
    report(`GNRMC,${time},A,0659.4,S,11025.2,E,,,${date},,,A`);

  expect(at('120000', '290228')).toHaveProperty('facts.gnssTime', Date.UTC(2028, 1, 29, 12));
  expect(at('115960', '010126')).toHaveProperty('facts.gnssTime', Date.UTC(2026, 0, 1, 12));
});

test.each([
  'GNGSV,1,1,00',
  'GNGLL,4807.038,N,01131.000,E,123519,A',
  'GNTXT,01,01,02,hi',
  'GNZZZ,1',
])('has no use for %s', (body) => {
  expect(report(body)).toBeUndefined();
});

const aMeasurement: fc.Arbitrary<GnssMeasurement> = fc.record({
  at: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2070, 0, 1) }),
  place: fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
  speed: fc.double({ min: 0, max: 60, noNaN: true }),
  course: fc.integer({ min: 0, max: 3_599 }).map((tenths) => tenths / 10),
  hdop: fc.integer({ min: 50, max: 9_999 }).map((hundredths) => hundredths / 100),
  satellites: fc.integer({ min: 0, max: 12 }),
});

test('reads what the simulated receiver measured', () => {
  fc.assert(
    fc.property(aMeasurement, (measurement) => {
      const [rmc, , gga] = nmeaBurst(measurement).split('\r\n').map(factsOf);

      expect(gga?.latitude).toBeCloseTo(measurement.place?.latitude ?? 0, 5);
      expect(gga?.longitude).toBeCloseTo(measurement.place?.longitude ?? 0, 5);
      expect(gga).toMatchObject({ hdop: measurement.hdop, satellites: measurement.satellites });
      expect(rmc?.speed).toBeCloseTo(measurement.speed, 2);
      expect(rmc).toMatchObject({ course: measurement.course, gnssTime: measurement.at });
    }),
  );
});

/** The library is the measure where a sentence is right; docs/decisions/0013 says why no more. */
test('reads a right sentence as GPS.js does', () => {
  fc.assert(
    fc.property(aMeasurement, (measurement) => {
      const lines = nmeaBurst(measurement).trimEnd().split('\r\n');
      const [rmc, vtg, gga, gsa] = lines.map((line) => parsedByLibrary(line));
      const [ourRmc, ourVtg, ourGga, ourGsa] = lines.map(factsOf);

      expect(ourGga?.latitude).toBeCloseTo(Number(gga?.lat), 9);
      expect(ourRmc?.longitude).toBeCloseTo(Number(rmc?.lon), 9);
      expect(ourRmc?.gnssTime).toBe(Number(rmc?.time));
      expect((ourRmc?.speed ?? 0) * 3.6).toBeCloseTo(Number(rmc?.speed), 6);
      expect(ourVtg?.course).toBe(vtg?.track);
      expect([ourGga?.hdop, ourGga?.satellites]).toEqual([gga?.hdop, gga?.satellites]);
      expect(ourGsa?.hdop).toBe(gsa?.hdop);
    }),
  );
});

function parsedByLibrary(line: string): Readonly<Record<string, unknown>> {
  const read = GPS.Parse(line);
  return typeof read === 'object' ? { ...read } : {};
}

function factsOf(line: string) {
  const sentence = readNmeaLine(line);
  return typeof sentence === 'string' ? undefined : readReport(sentence)?.facts;
}

test('never throws, whatever the fields of a sentence are', () => {
  const field = fc.oneof(fc.string(), fc.constantFrom('', '0', 'N', '__proto__', '1e309', '-1'));
  const kinds = fc.constantFrom('GGA', 'RMC', 'VTG', 'GSA', 'constructor');

  fc.assert(
    fc.property(kinds, fc.array(field, { maxLength: 24 }), (kind, fields) => {
      const facts = readReport({ talker: 'GN', kind, fields })?.facts ?? {};

      expect(Object.values(facts)).not.toContain(Number.NaN);
      expect(Object.values(facts)).not.toContain(undefined);
    }),
  );
});
