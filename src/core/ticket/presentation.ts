/**
 * A ticket as its holder presents it: the ticket, and for one with a holder key a proof made now.
 *
 *   bare ticket    COSE_Sign1, an array of four
 *   with proof     [ ticket bytes, bucket, signature ]
 *
 * The proof signs `["halte/proof/1", ticket bytes, bucket or challenge]`: a bucket is half a minute,
 * counted from 1970, for a code on a screen; a challenge is what a card reader asked.
 */
import { decodeCbor, encodeCbor } from '../crypto/cbor.ts';
import type { Signer } from '../crypto/cose-sign1.ts';
import { signatureBytes } from '../crypto/verifying-key.ts';

/** A screenshot lives for what is left of its bucket, and the validator's tolerance. */
export const bucketMs = 30_000;

/** Fresh random bytes of the reader. */
export const challengeBytes = 16;

const proofContext = 'halte/proof/1';

export interface HolderProof {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** Milliseconds since 1970 in which it was made; absent when it answers the reader's challenge. */
  readonly madeBetween?: { readonly from: number; readonly until: number };
}

export interface Presented {
  readonly ticket: Uint8Array;
  readonly proof?: HolderProof;
}

/** @returns undefined when it is neither of the two forms. */
export function parsePresentation(bytes: Uint8Array): Presented | undefined {
  const parts = decodeCbor(bytes);
  if (!Array.isArray(parts)) return undefined;
  if (parts.length !== 3) return { ticket: bytes };
  const [ticket, bucket, signature] = parts;
  if (!(ticket instanceof Uint8Array) || !isSignature(signature)) return undefined;
  if (typeof bucket !== 'number' || !Number.isInteger(bucket)) return undefined;
  if (bucket < 0 || !Number.isSafeInteger((bucket + 1) * bucketMs)) return undefined;
  const message = proofMessage(ticket, bucket);
  const from = bucket * bucketMs;
  return { ticket, proof: { message, signature, madeBetween: { from, until: from + bucketMs } } };
}

/** @param signature what the phone answered. @returns undefined when it is no signature at all. */
export function answeredChallenge(
  ticket: Uint8Array,
  challenge: Uint8Array,
  signature: Uint8Array,
): HolderProof | undefined {
  return isSignature(signature)
    ? { message: proofMessage(ticket, challenge), signature }
    : undefined;
}

/** What the holder's phone shows as a QR code. @param now milliseconds since 1970. */
export function presentTicket(ticket: Uint8Array, holder: Signer, now: number): Uint8Array {
  const bucket = Math.floor(now / bucketMs);
  return encodeCbor([ticket, bucket, holder.sign(proofMessage(ticket, bucket))]);
}

/** What the holder's key signs. @param occasion bucket number, or challenge of 16 bytes. */
export function proofMessage(ticket: Uint8Array, occasion: number | Uint8Array): Uint8Array {
  return encodeCbor([proofContext, ticket, occasion]);
}

function isSignature(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === signatureBytes;
}
