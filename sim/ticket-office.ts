/** A ticket office of the simulated city: issues Halte tickets with a test key. */
import type { Entropy } from '../device/clock.ts';
import { hex } from '../src/core/bytes.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../src/core/crypto/ed25519.ts';
import { verifyingKey } from '../src/core/crypto/verifying-key.ts';
import type { TrustedKey } from '../src/core/rules/rules.ts';
import type { HalteTicketClaims } from '../src/core/ticket/claims.ts';
import { issueHalteTicket } from '../src/core/ticket/issue.ts';

export interface TicketOrder
  extends Omit<HalteTicketClaims, 'issuer' | 'ticketId' | 'notBefore' | 'expires'> {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

export interface TicketOffice {
  readonly issuer: string;
  readonly kid: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** What validators must know to trust its tickets. */
  readonly trustedKey: TrustedKey;
  /** The ticket's bytes, as a phone holds them. */
  issue(order: TicketOrder): Uint8Array;
}

export function createTicketOffice(
  entropy: Entropy,
  issuer: string,
  {
    key = ed25519PrivateKey(entropy.bytes(32)),
    kid = key.publicKey.slice(0, 4),
  }: { readonly key?: Ed25519PrivateKey; readonly kid?: Uint8Array } = {},
): TicketOffice {
  const { publicKey } = key;
  const imported = verifyingKey('EdDSA', publicKey);
  if (imported === undefined) throw new Error('an Ed25519 key that nobody can verify with');
  return {
    ...{ issuer, kid, publicKey },
    trustedKey: { issuer, kid: hex(kid), key: imported },
    issue: ({ from, until, ...order }) =>
      issueHalteTicket(
        { signer: key, kid },
        {
          ...order,
          issuer,
          ticketId: entropy.bytes(8),
          notBefore: Math.floor(from / 1_000),
          expires: Math.floor(until / 1_000),
        },
      ),
  };
}
