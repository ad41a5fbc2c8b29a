/**
 * The signed Halte ticket: COSE_Sign1 around CWT claims, as Base45 text in a QR code or as raw
 * bytes from a phone over NFC. Parsing only; whether the signatures hold is judged by rules.
 */
import { latin1, utf8 } from '../bytes.ts';
import { type CoseSign1, coseMessage, parseCose } from '../crypto/cose-sign1.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { base45FlawAt, decodeBase45 } from '../encoding/base45.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { type HalteTicketClaims, parseClaims } from '../ticket/claims.ts';
import { halteTicketBeginning, ticketContext } from '../ticket/envelope.ts';
import { type HolderProof, parsePresentation } from '../ticket/presentation.ts';
import { ticketFields } from '../ticket/ticket-fields.ts';
import { presentedFlaw, ticketFlaw } from '../ticket/ticket-flaw.ts';
import type { TokenFormat } from './format.ts';
import type { Token } from './token.ts';

/** More than any QR code of a ticket holds, proof included. */
export const ticketBytesMax = 512;

export const halteTicket: TokenFormat = {
  name: 'halte-ticket',
  recognises: (bytes) =>
    latin1(bytes.subarray(0, halteTicketBeginning.length)) === halteTicketBeginning,
  parse(bytes, keyed) {
    const presented = presentedBytes(bytes);
    if (presented !== undefined) return parseHalteTicket(presented, keyed);
    const from = halteTicketBeginning.length;
    const at = from + (base45FlawAt(latin1(bytes.subarray(from))) ?? 0);
    return faulty('malformed-token', `not Base45 at byte ${at} of the text`);
  },
  fields: (bytes) => ticketFields(presentedBytes(bytes) ?? new Uint8Array()),
};

function presentedBytes(text: Uint8Array): Uint8Array | undefined {
  return decodeBase45(latin1(text.subarray(halteTicketBeginning.length)));
}

/** @param presented what a code holds: a ticket, alone or with a proof made for this half minute. */
export function parseHalteTicket(presented: Uint8Array, keyed: KeyedHash): Parsed<Token> {
  if (presented.length > ticketBytesMax) {
    return faulty('malformed-token', `longer than ${ticketBytesMax} bytes`);
  }
  const parts = parsePresentation(presented);
  const token = parts && parseBareTicket(parts.ticket, keyed, parts.proof);
  return token?.ok ? token : faulty('malformed-token', presentedFlaw(presented));
}

/** @param ticket without a proof around it. @param proof that its holder gave for it. */
export function parseBareTicket(
  ticket: Uint8Array,
  keyed: KeyedHash,
  proof?: HolderProof,
): Parsed<Token> {
  const envelope = parseCose(ticket);
  if (envelope === undefined) return faulty('malformed-token', ticketFlaw(ticket));
  const claims = parseClaims(envelope.payload);
  if (!claims.ok) return faulty('malformed-token', ticketFlaw(ticket));
  return parsed(tokenOf(envelope, claims.value, { keyed, proof }));
}

interface Surroundings {
  readonly keyed: KeyedHash;
  readonly proof: HolderProof | undefined;
}

function tokenOf(
  envelope: CoseSign1,
  claims: HalteTicketClaims,
  { keyed, proof }: Surroundings,
): Token {
  const { issuer, subject, ticketId, notBefore, expires, kind, rides, holder, ...facts } = claims;
  const { algorithm, kid, signature } = envelope;
  const message = coseMessage(envelope, ticketContext);
  return {
    format: halteTicket.name,
    tokenKey: keyed('halte-ticket', utf8(issuer), ticketId),
    ...(subject !== undefined && { accountKey: keyed('subject', utf8(issuer), utf8(subject)) }),
    issuer,
    proof: { kind: 'signed', issuer, kid, algorithm, message, signature },
    ...(holder && { holder: { ...holder, ...(proof && { proof }) } }),
    validity: { from: notBefore * 1_000, until: expires * 1_000 },
    ...facts,
    rides: ridesOf(kind, rides),
  };
}

function ridesOf(kind: HalteTicketClaims['kind'], rides: number | undefined): Token['rides'] {
  switch (kind) {
    case 'single':
    case 'group':
      return 1;
    case 'carnet':
      return rides ?? 1;
    case 'pass':
    case 'staff':
      return 'unlimited';
  }
}
