/**
 * What the backend signs: that it holds a device's rows durably up to a seq with a tip hash, or
 * that it holds them in quarantine because they contradict rows it had before. The device prunes
 * and moves on only by these. Envelope: COSE_Sign1 with the backend's receipt key.
 */
import { decodeCbor, encodeCbor } from '../crypto/cbor.ts';
import { parseCose, signCose, verifyCose } from '../crypto/cose-sign1.ts';
import type { Ed25519PrivateKey } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/sha256.ts';
import { verifyingKey } from '../crypto/verifying-key.ts';

export interface Receipt {
  /** `ledger`: part of the device's ledger. `quarantine`: kept beside it, never to be sent again. */
  readonly held: 'ledger' | 'quarantine';
  readonly device: string;
  readonly epoch: number;
  /** Highest contiguous seq that is durable; 0 before the first row. */
  readonly durableSeq: number;
  /** Hash of the row at durableSeq, 32 bytes. */
  readonly tip: Uint8Array;
  /** Milliseconds since 1970 by the backend's clock. */
  readonly serverTime: number;
}

const context = 'halte/receipt/1';

/** Eight bytes of the public key's hash name the key. */
function receiptKeyId(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).subarray(0, 8);
}

export function signReceipt(key: Ed25519PrivateKey, receipt: Receipt): Uint8Array {
  const payload = encodeCbor(new Map(Object.entries(receipt)));
  return signCose({ signer: key, kid: receiptKeyId(key.publicKey) }, payload, context);
}

/** @returns undefined unless the backend's key signed it and every field is well-formed. */
export function openReceipt(bytes: Uint8Array, publicKey: Uint8Array): Receipt | undefined {
  const cose = parseCose(bytes);
  const key = verifyingKey('EdDSA', publicKey);
  if (cose === undefined || key === undefined || !verifyCose(cose, key, context)) return undefined;
  const fields = decodeCbor(cose.payload);
  if (!(fields instanceof Map)) return undefined;
  const { held, device, epoch, durableSeq, tip, serverTime } = Object.fromEntries(fields);
  if (held !== 'ledger' && held !== 'quarantine') return undefined;
  if (typeof device !== 'string' || !(tip instanceof Uint8Array) || tip.length !== 32) {
    return undefined;
  }
  if (!isCount(epoch) || !isCount(durableSeq) || !isCount(serverTime)) return undefined;
  return { held, device, epoch, durableSeq, tip, serverTime };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
