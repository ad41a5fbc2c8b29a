/** A ticket office of the simulated city: issues Halte tickets with a test key. */
import type { Entropy } from '../device/clock.ts';
import { hex } from '../src/core/bytes.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../src/core/crypto/ed25519.ts';
import type { TrustedKey } from '../src/core/rules/rules.ts';
import { issueHalteTicket } from '../src/core/token/halte-ticket.ts';
import type { HalteTicketClaims } from '../src/core/token/halte-ticket-claims.ts';

export interface TicketOrder {
  readonly kind: HalteTicketClaims['kind'];
  readonly product: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

export interface TicketOffice {
  readonly issuer: string;
  /** What validators must know to trust its tickets. */
  readonly trustedKey: TrustedKey;
  /** The ticket's bytes, as a phone holds them. */
  issue(order: TicketOrder): Uint8Array;
}

export function createTicketOffice(
  entropy: Entropy,
  issuer: string,
  key: Ed25519PrivateKey = ed25519PrivateKey(entropy.bytes(32)),
  kid: Uint8Array = key.publicKey.slice(0, 4),
): TicketOffice {
  return {
    issuer,
    trustedKey: { issuer, kid: hex(kid), publicKey: key.publicKey },
    issue: ({ kind, product, from, until }) =>
      issueHalteTicket(key, kid, {
        issuer,
        ticketId: entropy.bytes(8),
        notBefore: Math.floor(from / 1_000),
        expires: Math.floor(until / 1_000),
        kind,
        product,
      }),
  };
}
