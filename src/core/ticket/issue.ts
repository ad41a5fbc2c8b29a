/** Issuing Halte tickets: the issuer's half of the format, used by ticket offices and tests. */
import { type Signer, signCose } from '../crypto/cose-sign1.ts';
import { encodeBase45 } from '../encoding/base45.ts';
import { encodeClaims, type HalteTicketClaims } from './claims.ts';
import { halteTicketBeginning, ticketContext } from './envelope.ts';

/**
 * Most bytes of a ticket without a holder key: as Base45 it fits a QR code of version 10 at error
 * correction M (311 alphanumeric characters, ISO/IEC 18004 table 7). With key and proof it fits
 * version 13 (483 characters).
 */
export const plainTicketBytesMax = 202;
export const heldTicketBytesMax = 243;

export interface TicketIssuer {
  readonly signer: Signer;
  /** 1 to 16 bytes naming the key to the validators. */
  readonly kid: Uint8Array;
}

/** @throws RangeError for claims that no validator takes, and when a QR code would be too large. */
export function issueHalteTicket(issuer: TicketIssuer, claims: HalteTicketClaims): Uint8Array {
  const ticket = signCose(issuer, encodeClaims(claims), ticketContext);
  const most = claims.holder === undefined ? plainTicketBytesMax : heldTicketBytesMax;
  if (ticket.length > most)
    throw new RangeError(`the ticket has ${ticket.length} bytes, ${most} fit`);
  return ticket;
}

/** The text to put into a QR code, in alphanumeric mode. @param presented a ticket, or with proof. */
export function halteTicketText(presented: Uint8Array): string {
  return halteTicketBeginning + encodeBase45(presented);
}
