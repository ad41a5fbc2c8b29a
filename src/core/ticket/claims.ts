/**
 * The claims of a Halte ticket: a CWT claims set (RFC 8392) whose private claim holds what transit
 * needs. docs/ticket-format.md is the format's description for issuers.
 */
import { type Cbor, cborFlawAt, decodeCbor, encodeCbor } from '../crypto/cbor.ts';
import { cborLeaves } from '../encoding/cbor-leaves.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { isWholeSeconds } from '../whole-seconds.ts';
import { decodeHolderKey, encodeHolderKey, type HolderKey } from './holder-key.ts';

export const ticketKinds = ['single', 'pass', 'carnet', 'group', 'staff'] as const;
export type TicketKind = (typeof ticketKinds)[number];

export interface HalteTicketClaims {
  /** Who issued it, 1 to 32 characters. */
  readonly issuer: string;
  /** Pseudonym of the person it is for, 1 to 32 characters: never a name or a number of theirs. */
  readonly subject?: string;
  /** 4 to 16 bytes, unique for the issuer. */
  readonly ticketId: Uint8Array;
  /** Whole seconds since 1970: the ticket is valid from `notBefore` up to, not including, `expires`. */
  readonly notBefore: number;
  readonly expires: number;
  readonly kind: TicketKind;
  /** Fare product id of the operator, 1 to 32 characters. */
  readonly product: string;
  /** GTFS `rider_category_id`, 1 to 32 characters. */
  readonly riderCategory?: string;
  /** Of a carnet: rides that it holds, 2 to 100. */
  readonly rides?: number;
  /** Of a group: riders who board on it together, 2 to 100. */
  readonly riders?: number;
  /** GTFS ids of where it is valid, at most eight each; neither: everywhere. */
  readonly networks?: readonly string[];
  readonly routes?: readonly string[];
  /** Service days on which it is valid, bit 0 Monday to bit 6 Sunday: 1 to 127. */
  readonly weekdays?: number;
  /** Whoever shows the ticket must prove that they have this key (RFC 8747 `cnf`). */
  readonly holder?: HolderKey;
}

/** Most networks, and most routes, that one ticket names. */
export const placesMax = 8;
/** Most rides of a carnet, and most riders of a group. */
export const countMax = 100;

/** Registered claim keys, RFC 8392 §4 and RFC 8747 §3.1. */
const claim = { issuer: 1, subject: 2, expires: 4, notBefore: 5, ticketId: 7, holder: 8 } as const;
/** Private use, RFC 8392 §9.1: integers below -65536. */
const claimTransit = -65537;
const transit = {
  kind: 1,
  product: 2,
  riderCategory: 3,
  rides: 4,
  riders: 5,
  networks: 6,
  routes: 7,
  weekdays: 8,
} as const;

/** @throws RangeError for claims that a validator would refuse. */
export function encodeClaims(claims: HalteTicketClaims): Uint8Array {
  const transitClaims = present(transit, { ...claims, kind: ticketKinds.indexOf(claims.kind) });
  const holder = claims.holder && encodeHolderKey(claims.holder);
  const payload = encodeCbor(
    new Map<number, Cbor>([
      ...present(claim, { ...claims, holder }),
      [claimTransit, new Map(transitClaims)],
    ]),
  );
  const readBack = parseClaims(payload);
  if (!readBack.ok) throw new RangeError(readBack.fault.detail);
  return payload;
}

function present<N extends string>(
  numbers: Readonly<Record<N, number>>,
  values: { readonly [K in NoInfer<N>]?: Cbor | undefined },
): (readonly [number, Cbor])[] {
  const names = Object.keys(numbers) as N[];
  return names.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[numbers[name], value] as const];
  });
}

/**
 * Claims that a newer issuer adds are allowed and ignored; a missing or wrong one is a fault.
 * @param start where the claims begin in what was presented: faults count from there.
 */
export function parseClaims(payload: Uint8Array, start = 0): Parsed<HalteTicketClaims> {
  const outer = decodeCbor(payload);
  if (!(outer instanceof Map)) {
    return wrong(`claims are not a map at byte ${start + (cborFlawAt(payload) ?? 0)}`);
  }
  const inner = outer.get(claimTransit);
  if (inner === undefined) return wrong(`no transit claim in the map at byte ${start}`);
  try {
    if (!(inner instanceof Map)) throw new WrongClaim('transit claim is no map', [claimTransit]);
    const claims = { ...registeredClaims(outer), ...transitClaims(inner) };
    requireConsistent(claims);
    return parsed(claims);
  } catch (error) {
    if (error instanceof WrongClaim) return wrong(`${error.message} ${placeOf(error.path)}`);
    throw error;
  }

  function placeOf(path: readonly number[] | undefined): string {
    const leaves = path === undefined ? [] : cborLeaves(payload);
    const leaf = leaves.find((one) => path?.every((key, depth) => one.path[depth] === key));
    return leaf === undefined ? `in the map at byte ${start}` : `at byte ${start + leaf.offset}`;
  }
}

function wrong(detail: string) {
  return faulty('malformed-token', detail);
}

class WrongClaim extends Error {
  /** Of the claim, where it is there. */
  readonly path: readonly number[] | undefined;
  constructor(message: string, path?: readonly number[]) {
    super(message);
    this.path = path;
  }
}

type Claims = ReadonlyMap<string | number, Cbor>;

function registeredClaims(claims: Claims) {
  const read = readerOf(claims, []);
  return {
    issuer: read('issuer', claim.issuer, asText),
    ...optional({ subject: read.optional('subject', claim.subject, asText) }),
    ticketId: read('ticket id', claim.ticketId, asTicketId),
    notBefore: read('validity', claim.notBefore, asSeconds),
    expires: read('validity', claim.expires, asSeconds),
    ...optional({ holder: read.optional('holder key', claim.holder, decodeHolderKey) }),
  };
}

function transitClaims(claims: Claims) {
  const read = readerOf(claims, [claimTransit]);
  return {
    kind: read('ticket kind', transit.kind, asKind),
    product: read('product', transit.product, asText),
    ...optional({
      riderCategory: read.optional('rider category', transit.riderCategory, asText),
      rides: read.optional('rides', transit.rides, asCount),
      riders: read.optional('riders', transit.riders, asCount),
      networks: read.optional('networks', transit.networks, asPlaces),
      routes: read.optional('routes', transit.routes, asPlaces),
      weekdays: read.optional('weekdays', transit.weekdays, asWeekdays),
    }),
  };
}

/** A count where the kind has none would be believed by one reader and overlooked by another. */
function requireConsistent(claims: HalteTicketClaims): void {
  const { kind, rides, riders, notBefore, expires } = claims;
  if (notBefore >= expires) throw new WrongClaim('it expires before it begins', [claim.expires]);
  if ((rides !== undefined) !== (kind === 'carnet')) {
    const path = [claimTransit, rides === undefined ? transit.kind : transit.rides];
    throw new WrongClaim(`a ${kind} ticket and rides do not go together`, path);
  }
  if ((riders !== undefined) !== (kind === 'group')) {
    const path = [claimTransit, riders === undefined ? transit.kind : transit.riders];
    throw new WrongClaim(`a ${kind} ticket and riders do not go together`, path);
  }
}

type Decode<T> = (value: Cbor) => T | undefined;

/** @param within the way to these claims. */
function readerOf(claims: Claims, within: readonly number[]) {
  const optionalClaim = <T>(name: string, key: number, decode: Decode<T>): T | undefined => {
    const value = claims.get(key);
    if (value === undefined) return undefined;
    const decoded = decode(value);
    if (decoded === undefined) throw new WrongClaim(`${name} claim is wrong`, [...within, key]);
    return decoded;
  };
  const required = <T>(name: string, key: number, decode: Decode<T>): T => {
    const decoded = optionalClaim(name, key, decode);
    if (decoded === undefined) throw new WrongClaim(`${name} claim is missing`);
    return decoded;
  };
  return Object.assign(required, { optional: optionalClaim });
}

/** Leaves out what is undefined. */
function optional<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function asText(value: Cbor): string | undefined {
  return typeof value === 'string' && value.length >= 1 && value.length <= 32 ? value : undefined;
}

function asWhole(value: Cbor, min: number, max: number): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= min && value <= max ? value : undefined;
}

const asSeconds: Decode<number> = (value) => (isWholeSeconds(value) ? value : undefined);
const asCount: Decode<number> = (value) => asWhole(value, 2, countMax);
const asWeekdays: Decode<number> = (value) => asWhole(value, 1, 127);
const asKind: Decode<TicketKind> = (value) =>
  ticketKinds[asWhole(value, 0, ticketKinds.length - 1) ?? -1];

function asTicketId(value: Cbor): Uint8Array | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  return value.length >= 4 && value.length <= 16 ? value : undefined;
}

function asPlaces(value: Cbor): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length < 1 || value.length > placesMax) return undefined;
  const places = value.map((place: Cbor) => asText(place));
  return places.every((place) => place !== undefined) ? places : undefined;
}
