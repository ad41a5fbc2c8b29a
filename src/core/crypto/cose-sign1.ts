/**
 * COSE_Sign1 (RFC 9052 §4.2) with Ed25519, untagged, payload attached: the envelope of tickets and
 * of the backend's receipts. Only what both need: alg and kid protected, nothing unprotected.
 */
import { utf8 } from '../bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { type Ed25519PrivateKey, signEd25519, verifyEd25519 } from './ed25519.ts';

/** EdDSA, RFC 9053 §2.2. */
const algEdDsa = -8;
const headerAlg = 1;
const headerKid = 4;

/** Longer key ids are refused: they would only spend a QR code's room. */
export const kidBytesMax = 16;

export interface CoseSign1 {
  /** Names the signer's key, 1 to 16 bytes. */
  readonly kid: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** The protected header exactly as it came, for the signature covers these bytes. */
  readonly protectedHeader: Uint8Array;
}

export function signCose(
  key: Ed25519PrivateKey,
  kid: Uint8Array,
  payload: Uint8Array,
  context: string,
): Uint8Array {
  const header = new Map<number, Cbor>([
    [headerAlg, algEdDsa],
    [headerKid, kid],
  ]);
  const protectedHeader = encodeCbor(header);
  const signature = signEd25519(key, toBeSigned(protectedHeader, payload, context));
  return encodeCbor([protectedHeader, new Map(), payload, signature]);
}

/** Splits the envelope without judging the signature. @returns undefined when it is none of ours. */
export function parseCose(bytes: Uint8Array): CoseSign1 | undefined {
  const parts = decodeCbor(bytes);
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [protectedHeader, unprotected, payload, signature] = parts;
  if (!(protectedHeader instanceof Uint8Array) || !(payload instanceof Uint8Array))
    return undefined;
  if (!(signature instanceof Uint8Array) || signature.length !== 64) return undefined;
  if (!(unprotected instanceof Map) || unprotected.size !== 0) return undefined;
  const kid = keyId(protectedHeader);
  return kid && { kid, payload, signature, protectedHeader };
}

/**
 * @param context external_aad of RFC 9052 §4.3: what the signature is for, so that a receipt can
 * never pass as a ticket.
 */
export function verifyCose(cose: CoseSign1, publicKey: Uint8Array, context: string): boolean {
  const message = toBeSigned(cose.protectedHeader, cose.payload, context);
  return verifyEd25519(publicKey, message, cose.signature);
}

function toBeSigned(header: Uint8Array, payload: Uint8Array, context: string): Uint8Array {
  return encodeCbor(['Signature1', header, utf8(context), payload]);
}

function keyId(protectedHeader: Uint8Array): Uint8Array | undefined {
  const header = decodeCbor(protectedHeader);
  if (!(header instanceof Map) || header.size !== 2 || header.get(headerAlg) !== algEdDsa) {
    return undefined;
  }
  const kid = header.get(headerKid);
  if (!(kid instanceof Uint8Array) || kid.length < 1 || kid.length > kidBytesMax) return undefined;
  return kid;
}
