/**
 * A driver's request as JSON, checked by hand: what is wrong is named with its key. It says what
 * was asked for; whether it can be done is the desk's business.
 */
import type { DriverAction, DriverRefusal } from '../../device/driver-console.ts';
import { refusal } from './driver-answers.ts';

/** Riders who pay or are counted at once; a bus load is entered in two. */
export const ridersAtOnceMax = 50;
/** Characters of a GTFS id. */
export const idCharactersMax = 64;

type Kind = 'id' | 'riders' | 'flag' | 'direction';

const checks: Readonly<Record<Kind, { readonly says: string; fits(value: unknown): boolean }>> = {
  id: {
    says: `a text of 1 to ${idCharactersMax} characters`,
    fits: isId,
  },
  riders: {
    says: `a whole number from 1 to ${ridersAtOnceMax}`,
    fits: (value) => Number.isInteger(value) && isBetween(value as number, 1, ridersAtOnceMax),
  },
  flag: { says: 'true or false', fits: (value) => typeof value === 'boolean' },
  direction: { says: '0 or 1', fits: (value) => value === 0 || value === 1 },
};

/** What each action takes; with a question mark it may be left out. */
const shapes: Readonly<
  Record<DriverAction['action'], Readonly<Record<string, `${Kind}${'?' | ''}`>>>
> = {
  'cash-fare': { riderCategory: 'id?', riders: 'riders' },
  count: { riderCategory: 'id', riders: 'riders' },
  'void-last': {},
  'assign-trip': { routeId: 'id', directionId: 'direction?', tripId: 'id?' },
  'release-trip': {},
  inspect: { on: 'flag' },
  'fail-open': { on: 'flag' },
  'fare-code': { riderCategory: 'id?' },
  'reset-entry': {},
};

/** @param text what came: JSON, or not. */
export function driverActionIn(text: string): DriverAction | DriverRefusal {
  return driverActionOf(jsonOf(text));
}

/** Undefined for what is no JSON, as for what is no object. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param json what JSON.parse gave. */
export function driverActionOf(json: unknown): DriverAction | DriverRefusal {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refusal('bad-request', 'a JSON object is wanted');
  }
  const { action, ...given } = json as Readonly<Record<string, unknown>>;
  if (typeof action !== 'string' || !Object.hasOwn(shapes, action)) {
    return refusal('bad-request', `"action" is one of ${Object.keys(shapes).join(', ')}`);
  }
  const wrong = mistakeIn(given, shapes[action as DriverAction['action']]);
  if (wrong !== undefined) return refusal('bad-request', wrong);
  return { action, ...given } as unknown as DriverAction;
}

function mistakeIn(
  given: Readonly<Record<string, unknown>>,
  shape: Readonly<Record<string, string>>,
): string | undefined {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(shape, key));
  if (unknown !== undefined) {
    const known = Object.keys(shape).join(', ');
    return `a key is unknown; this action takes ${known === '' ? 'none' : known}`;
  }
  const wrong = Object.entries(shape).find(([key, kind]) => !fits(given[key], kind));
  if (wrong === undefined) return undefined;
  const [key, kind] = wrong;
  return `"${key}" is ${checks[bare(kind)].says}`;
}

function fits(value: unknown, kind: string): boolean {
  if (value === undefined) return kind.endsWith('?');
  return checks[bare(kind)].fits(value);
}

function bare(kind: string): Kind {
  return kind.replace('?', '') as Kind;
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** Whether it can name something: 1 to {@link idCharactersMax} characters, none of them hidden. */
export function isId(value: unknown): boolean {
  return (
    typeof value === 'string' && value !== '' && value.length <= idCharactersMax && isPlain(value)
  );
}

/** It goes into rows and onto screens. */
function isPlain(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text);
}
