/**
 * What the backend signs for a device, whatever it says: COSE_Sign1 by its receipt key over a map,
 * each kind of word under a context of its own, so that none passes for another.
 */
import { type Cbor, decodeCbor, encodeCbor } from '../crypto/cbor.ts';
import { parseCose, signCose, verifyCose } from '../crypto/cose-sign1.ts';
import type { Ed25519PrivateKey } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/sha256.ts';
import { verifyingKey } from '../crypto/verifying-key.ts';

/** Eight bytes of the public key's hash name the key. */
function receiptKeyId(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).subarray(0, 8);
}

/** @param context such as `halte/receipt/1`, as external_aad. */
export function signWord(
  key: Ed25519PrivateKey,
  fields: Readonly<Record<string, Cbor>>,
  context: string,
): Uint8Array {
  const payload = encodeCbor(new Map(Object.entries(fields)));
  return signCose({ signer: key, kid: receiptKeyId(key.publicKey) }, payload, context);
}

/** @returns undefined unless the backend's key signed a map in this context; its members unjudged. */
export function openWord(
  bytes: Uint8Array,
  publicKey: Uint8Array,
  context: string,
): Readonly<Record<string, Cbor | undefined>> | undefined {
  const cose = parseCose(bytes);
  const key = verifyingKey('EdDSA', publicKey);
  if (cose === undefined || key === undefined || !verifyCose(cose, key, context)) return undefined;
  const fields = decodeCbor(cose.payload);
  return fields instanceof Map ? Object.fromEntries(fields) : undefined;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
