/**
 * Field types of the GTFS reference ("Field Types"): each turns the text of a cell into a value, or
 * says what it should have been. https://gtfs.org/documentation/schedule/reference/#field-types
 */
import type { ServiceDate } from '../../core/time/service-calendar.ts';

/** A value, or undefined with the words for what the cell should have been. */
export type Read<T> = (text: string) => T | undefined;

export interface FieldType<T> {
  readonly read: Read<T>;
  /** Completes "… is not …". */
  readonly what: string;
  /** What is unwise about a value that is allowed; completes "… has …". */
  readonly doubt?: (text: string) => string | undefined;
}

export const text: FieldType<string> = { read: (cell) => cell, what: 'text' };

/** Ids are printed, logged and sent by the bus: 64 characters are plenty. */
const idCharactersMax = 64;

/** Any characters in the standard, which recommends ASCII; here none that nobody can see. */
export const id: FieldType<string> = {
  read: (cell) => (cell.length <= idCharactersMax && !/[\p{C}]/u.test(cell) ? cell : undefined),
  what: `an id of 1 to ${idCharactersMax} visible characters`,
  doubt: (cell) => (/^[ -~]*$/.test(cell) ? undefined : 'letters that not everybody can type'),
};

export const count: FieldType<number> = {
  read: (cell) => (/^\d{1,9}$/.test(cell) ? Number(cell) : undefined),
  what: 'a whole number that is not negative',
};

export const positive: FieldType<number> = {
  read: (cell) => (/^0*[1-9]\d{0,8}$/.test(cell) ? Number(cell) : undefined),
  what: 'a whole number of 1 or more',
};

/** -1 or 1 and more. */
export const timesOrNoLimit: FieldType<number> = {
  read: (cell) => (cell === '-1' ? -1 : positive.read(cell)),
  what: 'a whole number of 1 or more, or -1 for no limit',
};

/** Those of the standard, and the hundreds that many feeds have besides: 700 to 799 are buses. */
export const routeType: FieldType<string> = {
  read: (cell) => (/^([0-7]|1[12]|[1-9]\d\d|1[0-7]\d\d)$/.test(cell) ? cell : undefined),
  what: 'a kind of transport: 3 is a bus, 0 a tram, 11 a trolleybus',
};

const decimal = /^-?\d{1,9}(\.\d{1,12})?$/;

export const latitude = degrees(90, 'a latitude, -90 to 90');
export const longitude = degrees(180, 'a longitude, -180 to 180');

function degrees(most: number, what: string): FieldType<number> {
  return {
    read(cell) {
      const value = decimal.test(cell) ? Number(cell) : Number.NaN;
      return Math.abs(value) <= most ? value : undefined;
    },
    what,
  };
}

export function oneOf<const T extends string>(...values: readonly T[]): FieldType<T> {
  return {
    read: (cell) => values.find((value) => value === cell),
    what: `one of ${values.join(', ')}`,
  };
}

/** `HH:MM:SS` or `H:MM:SS`, in seconds; beyond 24:00:00 for a trip that runs past midnight. */
export const time: FieldType<number> = {
  read(cell) {
    const [, hours, minutes, seconds] = /^(\d{1,2}):([0-5]\d):([0-5]\d)$/.exec(cell) ?? [];
    if (hours === undefined) return undefined;
    return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  },
  what: 'a time such as 05:30:00 or 25:10:00',
};

/** `YYYYMMDD` of a day that exists. */
export const date: FieldType<ServiceDate> = {
  read(cell) {
    const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(cell) ?? [];
    if (year === undefined) return undefined;
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
    const days = at / 86_400_000;
    return new Date(at).toISOString().startsWith(`${year}-${month}-${day}`) ? days : undefined;
  },
  what: 'a date such as 20261124',
};

const currencies = new Set(Intl.supportedValuesOf('currency'));

export const currency: FieldType<string> = {
  read: (cell) => (currencies.has(cell) ? cell : undefined),
  what: 'an ISO 4217 code such as IDR',
};

/** Kept as text: its decimals depend on the currency. */
export const amount: FieldType<string> = {
  read: (cell) => (decimal.test(cell) ? cell : undefined),
  what: 'an amount such as 3500 or -2.50',
};

export const timezone: FieldType<string> = {
  read(cell) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: cell }).resolvedOptions().timeZone && cell;
    } catch {
      return undefined;
    }
  },
  what: 'a time zone such as Asia/Jakarta',
};

/** IETF BCP 47. */
export const language: FieldType<string> = {
  read(cell) {
    try {
      return Intl.getCanonicalLocales(cell).length > 0 ? cell : undefined;
    } catch {
      return undefined;
    }
  },
  what: 'a language such as id or en-GB',
};

export const url: FieldType<string> = {
  read: (cell) => (/^https?:\/\/\S+$/.test(cell) && URL.canParse(cell) ? cell : undefined),
  what: 'a URL with http:// or https://',
};

/** As taps and `halte inspect` show it. */
export const keyedHash: FieldType<string> = {
  read: (cell) => (/^[0-9a-f]{64}$/.test(cell) ? cell : undefined),
  what: 'a keyed hash, 64 lower-case hexadecimal digits',
};

/** Milliseconds since 1970 of a date with a time and its zone, ISO 8601. */
export const moment: FieldType<number> = {
  read(cell) {
    const isMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(cell);
    const at = isMoment ? Date.parse(cell) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  },
  what: 'a moment such as 2026-11-24T06:00:00+07:00',
};
