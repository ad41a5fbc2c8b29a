/**
 * What one sentence tells of a position: GGA, RMC, VTG and GSA; the others of a receiver add
 * nothing that a bus needs. Field numbers are those of NMEA 0183, counted from 1 after the name.
 * Fields that later versions append (RMC's mode and status, GSA's system) may be there or not.
 */
import type { FixQuality, Position } from '../position-source.ts';
import {
  readCourse,
  readKnots,
  readLatitude,
  readLongitude,
  readMoment,
  readNumber,
  readTimeOfDay,
} from './nmea-fields.ts';
import type { NmeaSentence } from './nmea-line.ts';

export type ReportKind = 'GGA' | 'RMC' | 'VTG' | 'GSA';

export interface NmeaReport {
  readonly kind: ReportKind;
  /** Milliseconds of the UTC day: sentences of one epoch have the same. VTG and GSA have none. */
  readonly timeOfDay?: number;
  /** Whether the receiver says that it knows its place; GGA and RMC say it. */
  readonly hasFix?: boolean;
  readonly facts: PositionFacts;
}

/** Latitude and longitude are both there, or neither is. */
export type PositionFacts = Partial<Omit<Position, 'receivedAt'>>;

/** Undefined for a sentence of another kind, and for a GGA or RMC without a time. */
export function readReport({ kind, fields }: NmeaSentence): NmeaReport | undefined {
  switch (kind) {
    case 'GGA':
      return readGga(fields);
    case 'RMC':
      return readRmc(fields);
    case 'VTG':
      return readVtg(fields);
    case 'GSA':
      return { kind, facts: known({ hdop: readNumber(fields[15]) }) };
    default:
      return undefined;
  }
}

type Fields = readonly string[];

/** 1 time, 2–3 latitude, 4–5 longitude, 6 quality, 7 satellites in use, 8 HDOP. */
function readGga([time, lat, ns, lon, ew, code = '', satellites, hdop]: Fields) {
  const timeOfDay = readTimeOfDay(time);
  if (timeOfDay === undefined) return undefined;
  const quality = ggaQualities.get(code);
  const place = placeOf([lat, ns, lon, ew]);
  const use = { satellites: readNumber(satellites), hdop: readNumber(hdop) };
  const facts = known({ ...place, quality, ...use });
  return { kind: 'GGA' as const, timeOfDay, hasFix: quality !== undefined, facts };
}

/** 1 time, 2 A or V, 3–6 place, 7 knots, 8 course, 9 date, 12 mode since version 2.3. */
function readRmc([time, status, lat, ns, lon, ew, knots, degrees, date, , , mode = '']: Fields) {
  const timeOfDay = readTimeOfDay(time);
  if (timeOfDay === undefined) return undefined;
  const gnssTime = readMoment(date, timeOfDay);
  const motion = { speed: readKnots(knots), course: readCourse(degrees) };
  const quality = modeQualities.get(mode);
  const facts = known({ ...placeOf([lat, ns, lon, ew]), quality, ...motion, gnssTime });
  return { kind: 'RMC' as const, timeOfDay, hasFix: status === 'A' && mode !== 'N', facts };
}

/** 1–2 course and T, 5–6 knots and N, 9 mode since version 2.3. */
function readVtg([degrees, reference, , , knots, unit, , , mode = '']: Fields) {
  const facts = known({
    quality: modeQualities.get(mode),
    course: reference === 'T' ? readCourse(degrees) : undefined,
    speed: unit === 'N' ? readKnots(knots) : undefined,
  });
  return { kind: 'VTG' as const, facts };
}

/** GGA field 6; 0 is no fix. 3 is the precise positioning service. */
const ggaQualities: ReadonlyMap<string, FixQuality> = new Map([
  ['1', 'autonomous'],
  ['2', 'differential'],
  ['3', 'autonomous'],
  ['4', 'rtk'],
  ['5', 'rtk'],
  ['6', 'estimated'],
  ['7', 'manual'],
  ['8', 'simulated'],
]);

/** The mode of RMC and VTG; N is no fix. */
const modeQualities: ReadonlyMap<string, FixQuality> = new Map([
  ['A', 'autonomous'],
  ['D', 'differential'],
  ['P', 'autonomous'],
  ['R', 'rtk'],
  ['F', 'rtk'],
  ['E', 'estimated'],
  ['M', 'manual'],
  ['S', 'simulated'],
]);

/** Half a place is none. */
function placeOf([lat, ns, lon, ew]: readonly (string | undefined)[]) {
  const latitude = readLatitude(lat, ns);
  const longitude = readLongitude(lon, ew);
  return latitude === undefined || longitude === undefined ? {} : { latitude, longitude };
}

type Loose<T> = { readonly [Fact in keyof T]: T[Fact] | undefined };

/** Only what the receiver said: in a Position, absent and undefined are not the same. */
function known(facts: Loose<PositionFacts>): PositionFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}
