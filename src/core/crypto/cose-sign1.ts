/**
 * COSE_Sign1 (RFC 9052 §4.2), untagged, payload attached: the envelope of tickets and of the
 * backend's receipts. Only what both need: alg and kid protected, nothing unprotected.
 */
import { utf8 } from '../bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import {
  type SignatureAlgorithm,
  signatureAlgorithms,
  signatureBytes,
  type VerifyingKey,
  verifies,
} from './verifying-key.ts';

/** Registered by RFC 9053 §2.1 and §2.2. */
export const algorithmNumbers = { EdDSA: -8, ES256: -7 } as const satisfies Record<
  SignatureAlgorithm,
  number
>;
export const headerAlg = 1;
export const headerKid = 4;

/** Longer key ids are refused: they would only spend a QR code's room. */
export const kidBytesMax = 16;

/** Whoever signs; where the private key lies is its own business. */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** 64 bytes; for ES256 r ‖ s. */
  sign(message: Uint8Array): Uint8Array;
}

export interface CoseSign1 {
  readonly algorithm: SignatureAlgorithm;
  /** Names the signer's key, 1 to 16 bytes. */
  readonly kid: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** The protected header exactly as it came, for the signature covers these bytes. */
  readonly protectedHeader: Uint8Array;
}

/** @param kid 1 to 16 bytes. @param context see {@link coseMessage}. */
export function signCose(
  { signer, kid }: { readonly signer: Signer; readonly kid: Uint8Array },
  payload: Uint8Array,
  context: string,
): Uint8Array {
  const header = new Map<number, Cbor>([
    [headerAlg, algorithmNumbers[signer.algorithm]],
    [headerKid, kid],
  ]);
  const protectedHeader = encodeCbor(header);
  const signature = signer.sign(coseMessage({ protectedHeader, payload }, context));
  return encodeCbor([protectedHeader, new Map(), payload, signature]);
}

/** Splits the envelope without judging the signature. @returns undefined when it is none of ours. */
export function parseCose(bytes: Uint8Array): CoseSign1 | undefined {
  const parts = decodeCbor(bytes);
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [protectedHeader, unprotected, payload, signature] = parts;
  if (!(protectedHeader instanceof Uint8Array) || !(payload instanceof Uint8Array))
    return undefined;
  if (!(signature instanceof Uint8Array) || signature.length !== signatureBytes) return undefined;
  if (!(unprotected instanceof Map) || unprotected.size !== 0) return undefined;
  const header = parseHeader(protectedHeader);
  return header && { ...header, payload, signature, protectedHeader };
}

export function verifyCose(cose: CoseSign1, key: VerifyingKey, context: string): boolean {
  if (key.algorithm !== cose.algorithm) return false;
  return verifies(key, coseMessage(cose, context), cose.signature);
}

/**
 * What the signature is made over.
 * @param context external_aad of RFC 9052 §4.3: what the signature is for, so that a receipt can
 * never pass as a ticket.
 */
export function coseMessage(
  { protectedHeader, payload }: Pick<CoseSign1, 'protectedHeader' | 'payload'>,
  context: string,
): Uint8Array {
  return encodeCbor(['Signature1', protectedHeader, utf8(context), payload]);
}

function parseHeader(bytes: Uint8Array): Pick<CoseSign1, 'algorithm' | 'kid'> | undefined {
  const header = decodeCbor(bytes);
  if (!(header instanceof Map) || header.size !== 2) return undefined;
  const number = header.get(headerAlg);
  const algorithm = signatureAlgorithms.find((name) => algorithmNumbers[name] === number);
  const kid = header.get(headerKid);
  if (!(kid instanceof Uint8Array) || kid.length < 1 || kid.length > kidBytesMax) return undefined;
  return algorithm && { algorithm, kid };
}
