/**
 * The claims of a Halte ticket: a CWT claims set (RFC 8392) whose private claim holds what transit
 * needs. docs/ticket-format.md is the format's description for issuers.
 */
import { type Cbor, decodeCbor, encodeCbor } from '../crypto/cbor.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';

export const ticketKinds = ['single', 'pass'] as const;
export type TicketKind = (typeof ticketKinds)[number];

export interface HalteTicketClaims {
  /** Who issued it, 1 to 32 characters. */
  readonly issuer: string;
  /** 4 to 16 bytes, unique for the issuer. */
  readonly ticketId: Uint8Array;
  /** Whole seconds since 1970: the ticket is valid from `notBefore` up to, not including, `expires`. */
  readonly notBefore: number;
  readonly expires: number;
  readonly kind: TicketKind;
  /** Fare product id of the operator, 1 to 32 characters. */
  readonly product: string;
}

/** Registered claim keys, RFC 8392 §4. */
const claimIssuer = 1;
const claimExpires = 4;
const claimNotBefore = 5;
const claimTicketId = 7;
/** Private use, RFC 8392 §9.1: integers below -65536. */
const claimTransit = -65537;
/** 9999-12-31T23:59:59Z: later is a mistake, and past what dates and databases hold. */
const secondsMax = 253_402_300_799;
const transitKind = 1;
const transitProduct = 2;

export function encodeClaims(claims: HalteTicketClaims): Uint8Array {
  const transit = new Map<number, Cbor>([
    [transitKind, ticketKinds.indexOf(claims.kind)],
    [transitProduct, claims.product],
  ]);
  return encodeCbor(
    new Map<number, Cbor>([
      [claimIssuer, claims.issuer],
      [claimExpires, claims.expires],
      [claimNotBefore, claims.notBefore],
      [claimTicketId, claims.ticketId],
      [claimTransit, transit],
    ]),
  );
}

/** Claims that a newer issuer adds are allowed and ignored; a missing or wrong one is a fault. */
export function parseClaims(payload: Uint8Array): Parsed<HalteTicketClaims> {
  const claims = decodeCbor(payload);
  if (!(claims instanceof Map)) return faulty('malformed-token', 'claims are not a map');
  const transit = claims.get(claimTransit);
  if (!(transit instanceof Map)) return faulty('malformed-token', 'no transit claim');

  const issuer = shortText(claims.get(claimIssuer));
  const product = shortText(transit.get(transitProduct));
  const ticketId = claims.get(claimTicketId);
  const kind = ticketKinds[asSeconds(transit.get(transitKind)) ?? -1];
  const notBefore = asSeconds(claims.get(claimNotBefore));
  const expires = asSeconds(claims.get(claimExpires));

  if (issuer === undefined) return faulty('malformed-token', 'issuer claim is wrong');
  if (product === undefined) return faulty('malformed-token', 'product claim is wrong');
  if (!isTicketId(ticketId)) return faulty('malformed-token', 'ticket id claim is wrong');
  if (kind === undefined) return faulty('malformed-token', 'ticket kind is unknown');
  if (notBefore === undefined || expires === undefined) {
    return faulty('malformed-token', 'validity claims are wrong');
  }
  if (notBefore >= expires) return faulty('malformed-token', 'it expires before it begins');
  return parsed({ issuer, ticketId, notBefore, expires, kind, product });
}

function shortText(value: Cbor | undefined): string | undefined {
  return typeof value === 'string' && value.length >= 1 && value.length <= 32 ? value : undefined;
}

function asSeconds(value: Cbor | undefined): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= 0 && value <= secondsMax ? value : undefined;
}

function isTicketId(value: Cbor | undefined): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= 4 && value.length <= 16;
}
