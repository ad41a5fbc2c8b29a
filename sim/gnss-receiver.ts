/**
 * The twin of a GNSS receiver as the bytes that it sends: one burst of NMEA 0183 sentences for
 * each measurement. Where they go, a line in memory, a pty or a file, is the caller's.
 */
import { checksumOf } from '../device/gnss/nmea-line.ts';

/** One measurement. */
export interface GnssMeasurement {
  /** Milliseconds since 1970, of the satellites. */
  readonly at: number;
  /** WGS 84 degrees; absent when there is no fix. */
  readonly place?: { readonly latitude: number; readonly longitude: number };
  /** Metres a second. */
  readonly speed: number;
  /** Degrees from true north; a standing receiver has none. */
  readonly course?: number;
  readonly hdop: number;
  readonly satellites: number;
}

export type SentenceKind = 'RMC' | 'VTG' | 'GGA' | 'GSA';

export interface BurstOptions {
  /** GN of several systems unless told, as receivers of today say. */
  readonly talker?: string;
  /** In this order; all four unless told. */
  readonly kinds?: readonly SentenceKind[];
}

const metresPerSecondPerKnot = 1_852 / 3_600;

/** @returns latin1 text, each sentence with its checksum, CR and LF. */
export function nmeaBurst(
  measurement: GnssMeasurement,
  { talker = 'GN', kinds = ['RMC', 'VTG', 'GGA', 'GSA'] }: BurstOptions = {},
): string {
  return kinds.map((kind) => nmeaSentence(`${talker}${bodies[kind](measurement)}`)).join('');
}

/** @param body without `$` and checksum. */
export function nmeaSentence(body: string): string {
  const checksum = checksumOf(body).toString(16).toUpperCase().padStart(2, '0');
  return `$${body}*${checksum}\r\n`;
}

const bodies: Readonly<Record<SentenceKind, (measurement: GnssMeasurement) => string>> = {
  RMC(measurement) {
    const { place, speed, course } = measurement;
    const status = place === undefined ? 'V' : 'A';
    const mode = place === undefined ? 'N' : 'A';
    const motion = place === undefined ? ',' : `${knots(speed)},${degrees(course)}`;
    return `RMC,${clockTime(measurement)},${status},${placeFields(place)},${motion},${date(measurement)},,,${mode}`;
  },
  VTG({ place, speed, course }) {
    if (place === undefined) return 'VTG,,T,,M,,N,,K,N';
    const kilometres = ((speed * 3_600) / 1_000).toFixed(2);
    return `VTG,${degrees(course)},T,,M,${knots(speed)},N,${kilometres},K,A`;
  },
  GGA(measurement) {
    const { place, satellites, hdop } = measurement;
    const quality = place === undefined ? 0 : 1;
    const used = String(satellites).padStart(2, '0');
    return `GGA,${clockTime(measurement)},${placeFields(place)},${quality},${used},${hdop.toFixed(2)},10.0,M,,M,,`;
  },
  GSA({ place, satellites, hdop }) {
    const used = Array.from({ length: 12 }, (_, i) => (i < satellites ? i + 1 : ''));
    const [pdop, vdop] = [hdop * 1.5, hdop * 1.2].map((dop) => dop.toFixed(2));
    return `GSA,A,${place === undefined ? 1 : 3},${used.join(',')},${pdop},${hdop.toFixed(2)},${vdop}`;
  },
};

function placeFields(place: GnssMeasurement['place']): string {
  if (place === undefined) return ',,,';
  const { latitude, longitude } = place;
  const north = `${angle(latitude, 2)},${latitude < 0 ? 'S' : 'N'}`;
  return `${north},${angle(longitude, 3)},${longitude < 0 ? 'W' : 'E'}`;
}

/** Degrees and minutes; counted in ten-thousandths of a minute, so that none becomes 60. */
function angle(value: number, digits: number): string {
  const parts = Math.round(Math.abs(value) * 600_000);
  const minutes = ((parts % 600_000) / 10_000).toFixed(4).padStart(7, '0');
  return `${String(Math.floor(parts / 600_000)).padStart(digits, '0')}${minutes}`;
}

function knots(metresPerSecond: number): string {
  return (metresPerSecond / metresPerSecondPerKnot).toFixed(2);
}

function degrees(course: number | undefined): string {
  return course === undefined ? '' : course.toFixed(1);
}

/** `hhmmss.sss` */
function clockTime({ at }: GnssMeasurement): string {
  return new Date(at).toISOString().slice(11, 23).replaceAll(':', '');
}

/** `ddmmyy` */
function date({ at }: GnssMeasurement): string {
  const [year, month, day] = new Date(at).toISOString().slice(2, 10).split('-');
  return `${day}${month}${year}`;
}
