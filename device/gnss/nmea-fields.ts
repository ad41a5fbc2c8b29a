/**
 * The fields of NMEA 0183 as values. Every reader here is strict and gives undefined for what is
 * empty, misspelled or out of range: one false digit of a degree is 111 km.
 */

const numberPattern = /^\d{1,6}(\.\d{1,8})?$/;
const timePattern = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(?:\.(\d{1,9}))?$/;
const datePattern = /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(\d{2})$/;
const metresPerSecondPerKnot = 1_852 / 3_600;
const dayMs = 24 * 60 * 60 * 1_000;

/** A number that is not negative. */
export function readNumber(field: string | undefined): number | undefined {
  return field !== undefined && numberPattern.test(field) ? Number(field) : undefined;
}

/** @param field knots. @returns metres a second. */
export function readKnots(field: string | undefined): number | undefined {
  const knots = readNumber(field);
  return knots === undefined ? undefined : knots * metresPerSecondPerKnot;
}

/** @param field degrees from true north. */
export function readCourse(field: string | undefined): number | undefined {
  const degrees = readNumber(field);
  return degrees === undefined || degrees > 360 ? undefined : degrees % 360;
}

/** `ddmm.mmm` and its hemisphere, as degrees; south is negative. */
export function readLatitude(field = '', hemisphere = ''): number | undefined {
  if (!/^[NS]$/.test(hemisphere)) return undefined;
  const [, degrees, minutes] = /^(\d{2})([0-5]\d(?:\.\d{1,8})?)$/.exec(field) ?? [];
  return toDegrees(hemisphere === 'S' ? -1 : 1, { degrees, minutes, most: 90 });
}

/** `dddmm.mmm` and its hemisphere, as degrees; west is negative. */
export function readLongitude(field = '', hemisphere = ''): number | undefined {
  if (!/^[EW]$/.test(hemisphere)) return undefined;
  const [, degrees, minutes] = /^(\d{3})([0-5]\d(?:\.\d{1,8})?)$/.exec(field) ?? [];
  return toDegrees(hemisphere === 'W' ? -1 : 1, { degrees, minutes, most: 180 });
}

interface Angle {
  readonly degrees: string | undefined;
  readonly minutes: string | undefined;
  readonly most: number;
}

function toDegrees(sign: 1 | -1, { degrees, minutes, most }: Angle): number | undefined {
  if (degrees === undefined || minutes === undefined) return undefined;
  const angle = Number(degrees) + Number(minutes) / 60;
  return angle > most ? undefined : sign * angle;
}

/**
 * `hhmmss.sss` as milliseconds of the UTC day. A leap second counts as the first of the next
 * minute, as POSIX time has it.
 */
export function readTimeOfDay(field: string | undefined): number | undefined {
  const match = timePattern.exec(field ?? '');
  if (match === null) return undefined;
  const [, hours, minutes, seconds, fraction = ''] = match;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1_000 + Number(`0.${fraction}0`) * 1_000;
}

/**
 * `ddmmyy` and a time of that day, as milliseconds since 1970. GPS began in 1980. A receiver whose
 * week number rolled over (every 1,024 weeks) gives a wrong date with a right checksum; whoever
 * sets a clock by it has to look at that.
 */
export function readMoment(date: string | undefined, timeOfDay: number): number | undefined {
  const match = datePattern.exec(date ?? '');
  if (match === null) return undefined;
  const [day, month, short] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const year = short < 80 ? 2_000 + short : 1_900 + short;
  const midnight = Date.UTC(year, month - 1, day);
  // The thirtieth of February would be the second of March.
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  return timeOfDay >= dayMs ? undefined : Math.round(midnight + timeOfDay);
}
