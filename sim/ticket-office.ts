/** A ticket office of the simulated city: issues Halte tickets with a test key. */
import type { Entropy } from '../device/clock.ts';
import { hex } from '../src/core/bytes.ts';
import type { Signer } from '../src/core/crypto/cose-sign1.ts';
import { ed25519PrivateKey } from '../src/core/crypto/ed25519.ts';
import { verifyingKey } from '../src/core/crypto/verifying-key.ts';
import type { TrustedKey } from '../src/core/rules/rules.ts';
import type { HalteTicketClaims } from '../src/core/ticket/claims.ts';
import { issueHalteTicket } from '../src/core/ticket/issue.ts';

/** A private key that tells its public one. */
export interface SigningKey extends Signer {
  /** Ed25519: 32 bytes. ES256: 33 bytes, a compressed point. */
  readonly publicKey: Uint8Array;
}

export interface TicketOrder
  extends Omit<HalteTicketClaims, 'issuer' | 'ticketId' | 'notBefore' | 'expires'> {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

export interface TicketOffice {
  readonly issuer: string;
  readonly kid: Uint8Array;
  /** As the key has it. */
  readonly publicKey: Uint8Array;
  /** What validators must know to trust its tickets. */
  readonly trustedKey: TrustedKey;
  /** The ticket's bytes, as a phone holds them. @throws RangeError */
  issue(order: TicketOrder): Uint8Array;
}

export function createTicketOffice(
  entropy: Entropy,
  issuer: string,
  {
    key = ed25519PrivateKey(entropy.bytes(32)),
    kid = kidOf(key.publicKey),
  }: { readonly key?: SigningKey; readonly kid?: Uint8Array } = {},
): TicketOffice {
  const { algorithm, publicKey } = key;
  const imported = verifyingKey(algorithm, publicKey);
  if (imported === undefined) throw new Error(`an ${algorithm} key that nobody can verify with`);
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

/** The first four bytes of the key, not counting the sign before a point of P-256. */
function kidOf(publicKey: Uint8Array): Uint8Array {
  return publicKey.slice(-32, -28);
}
