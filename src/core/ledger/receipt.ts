/**
 * What the backend signs: that it holds a device's rows durably up to a seq with a tip hash, or
 * that it holds them in quarantine because they contradict rows it had before. The device prunes
 * and moves on only by these. Envelope: COSE_Sign1 with the backend's receipt key.
 */
import type { Ed25519PrivateKey } from '../crypto/ed25519.ts';
import { isCount, openWord, signWord } from './backend-word.ts';

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

export function signReceipt(key: Ed25519PrivateKey, receipt: Receipt): Uint8Array {
  return signWord(key, { ...receipt }, context);
}

/** @returns undefined unless the backend's key signed it and every field is well-formed. */
export function openReceipt(bytes: Uint8Array, publicKey: Uint8Array): Receipt | undefined {
  const fields = openWord(bytes, publicKey, context) ?? {};
  const { held, device, epoch, durableSeq, tip, serverTime } = fields;
  if (held !== 'ledger' && held !== 'quarantine') return undefined;
  if (typeof device !== 'string' || !(tip instanceof Uint8Array) || tip.length !== 32) {
    return undefined;
  }
  if (!isCount(epoch) || !isCount(durableSeq) || !isCount(serverTime)) return undefined;
  return { held, device, epoch, durableSeq, tip, serverTime };
}
