/**
 * The signed Halte ticket: COSE_Sign1 around CWT claims, as Base45 text in a QR code or as raw
 * bytes from a phone over NFC. Parsing only; whether the signature holds is judged by a rule.
 */
import { latin1, utf8 } from '../bytes.ts';
import { parseCose, signCose, verifyCose } from '../crypto/cose-sign1.ts';
import type { Ed25519PrivateKey } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/sha256.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { decodeBase45, encodeBase45 } from './base45.ts';
import { encodeClaims, type HalteTicketClaims, parseClaims } from './halte-ticket-claims.ts';
import type { HalteTicketToken } from './token.ts';

/** Begins the QR text; every character is in the QR alphanumeric set. */
const beginning = 'HALTE1:';

/** What the signature is for: external_aad of the COSE structure. */
const signatureContext = 'halte/ticket/1';

/** A QR code that a worn phone screen still shows legibly holds no more. */
export const ticketBytesMax = 512;

export function recognisesHalteTicketText(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, beginning.length)) === beginning;
}

export function parseHalteTicketText(bytes: Uint8Array): Parsed<HalteTicketToken> {
  const ticket = decodeBase45(latin1(bytes.subarray(beginning.length)));
  if (ticket === undefined) return faulty('malformed-token', 'not Base45');
  return parseHalteTicket(ticket);
}

export function parseHalteTicket(ticket: Uint8Array): Parsed<HalteTicketToken> {
  if (ticket.length > ticketBytesMax) {
    return faulty('malformed-token', `longer than ${ticketBytesMax} bytes`);
  }
  const envelope = parseCose(ticket);
  if (envelope === undefined) return faulty('malformed-token', 'not a COSE_Sign1 of this profile');
  const claims = parseClaims(envelope.payload);
  if (!claims.ok) return claims;
  const { issuer, ticketId } = claims.value;
  const tokenKey = sha256(utf8('halte/token/ticket'), utf8(issuer), ticketId);
  return parsed({ format: 'halte-ticket', tokenKey, envelope, claims: claims.value });
}

export function isTicketGenuine(token: HalteTicketToken, publicKey: Uint8Array): boolean {
  return verifyCose(token.envelope, publicKey, signatureContext);
}

/** @param kid 1 to 16 bytes naming the key to the validators. */
export function issueHalteTicket(
  key: Ed25519PrivateKey,
  kid: Uint8Array,
  claims: HalteTicketClaims,
): Uint8Array {
  return signCose(key, kid, encodeClaims(claims), signatureContext);
}

/** The text to put into a QR code, in alphanumeric mode. */
export function halteTicketText(ticket: Uint8Array): string {
  return beginning + encodeBase45(ticket);
}
