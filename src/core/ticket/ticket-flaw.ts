/**
 * Why bytes are no Halte ticket, with the place: for whoever has to mend what printed it. Nothing here
 * decides; it is asked once a ticket could not be read, and runs at the expense of nobody else.
 */
import { type Cbor, cborFlawAt, decodeCbor } from '../crypto/cbor.ts';
import { algorithmNumbers, headerAlg, headerKid, kidBytesMax } from '../crypto/cose-sign1.ts';
import { signatureBytes } from '../crypto/verifying-key.ts';
import { type CborLeaf, cborLeaves } from '../encoding/cbor-leaves.ts';
import { parseClaims } from './claims.ts';
import { bucketMs } from './presentation.ts';

/** Of a ticket alone or with a proof around it. @returns a sentence that names a byte of it. */
export function presentedFlaw(presented: Uint8Array): string {
  const parts = decodeCbor(presented);
  if (!Array.isArray(parts) || parts.length !== 3) return ticketFlaw(presented);
  const place = placesIn(presented, 0);
  const [ticket, bucket, signature] = parts;
  if (!(ticket instanceof Uint8Array)) return `the ticket is no bytes ${place(0)}`;
  if (!isBucket(bucket)) return `the proof names no half minute ${place(1)}`;
  if (!isSignature(signature)) return `the proof is no signature ${place(2)}`;
  return ticketFlaw(ticket, offsetIn(presented, 0));
}

/** @param start where the ticket begins in what was presented. */
export function ticketFlaw(ticket: Uint8Array, start = 0): string {
  const flawAt = cborFlawAt(ticket);
  if (flawAt !== undefined) return `not deterministic CBOR at byte ${start + flawAt}`;
  const parts = decodeCbor(ticket);
  if (!Array.isArray(parts) || parts.length !== 4) return `no array of four at byte ${start}`;
  const place = placesIn(ticket, start);
  const [header, unprotected, payload, signature] = parts;
  if (!(header instanceof Uint8Array)) return `the protected header is no bytes ${place(0)}`;
  if (!(payload instanceof Uint8Array)) return `the claims are no bytes ${place(2)}`;
  if (!isSignature(signature)) return `the signature has not ${signatureBytes} bytes ${place(3)}`;
  if (!(unprotected instanceof Map) || unprotected.size !== 0) {
    return `the unprotected header is not empty ${place(1)}`;
  }
  const flaw = headerFlaw(header, start + offsetIn(ticket, 0));
  if (flaw !== undefined) return flaw;
  const claims = parseClaims(payload, start + offsetIn(ticket, 2));
  return claims.ok ? 'not a ticket of this profile' : claims.fault.detail;
}

function headerFlaw(bytes: Uint8Array, start: number): string | undefined {
  const header = decodeCbor(bytes);
  if (!(header instanceof Map)) {
    return `the protected header is not a map at byte ${start + (cborFlawAt(bytes) ?? 0)}`;
  }
  const place = placesIn(bytes, start);
  const [algorithm, kid] = [header.get(headerAlg), header.get(headerKid)];
  if (algorithm === undefined || kid === undefined || header.size !== 2) {
    return `the protected header holds not algorithm and key id alone at byte ${start}`;
  }
  if (!Object.values(algorithmNumbers).some((known) => known === algorithm)) {
    return `the algorithm is not known ${place(headerAlg)}`;
  }
  const isKid = kid instanceof Uint8Array && kid.length >= 1 && kid.length <= kidBytesMax;
  return isKid ? undefined : `the key id has not 1 to ${kidBytesMax} bytes ${place(headerKid)}`;
}

function placesIn(bytes: Uint8Array, start: number): (key: number) => string {
  return (key) => `at byte ${start + offsetIn(bytes, key)}`;
}

/** Of what an array or map holds under that key; of itself when that holds nothing. */
function offsetIn(bytes: Uint8Array, key: number): number {
  return cborLeaves(bytes).find(({ path }: CborLeaf) => path[0] === key)?.offset ?? 0;
}

function isBucket(value: Cbor | undefined): boolean {
  const bucket = Number.isInteger(value) ? Number(value) : -1;
  return bucket >= 0 && Number.isSafeInteger((bucket + 1) * bucketMs);
}

function isSignature(value: Cbor | undefined): boolean {
  return value instanceof Uint8Array && value.length === signatureBytes;
}
