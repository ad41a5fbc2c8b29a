/**
 * Receipts that come back on a stick, for rows that went out on it: believed by their signature and
 * our own hash alone, as those that come over the network.
 */
import { openReceipt } from '../core/ledger/receipt.ts';
import type { TapLedger } from '../store/tap-ledger.ts';

export interface StickReceipts {
  readonly ledger: TapLedger;
  readonly device: string;
  /** The backend's Ed25519 key, 32 bytes. */
  readonly receiptKey: Uint8Array;
}

export interface ReceiptsTaken {
  readonly taken: number;
  /** Of another device, another ledger, or not signed by the backend. */
  readonly refused: number;
  readonly unsent: number;
}

/** Lines taken at once: each is a commit, and a tap may wait behind it. */
export const receiptLinesMax = 20;

/** @param lines base64, oldest first; at most {@link receiptLinesMax}. */
export function takeReceipts(lines: readonly string[], place: StickReceipts): ReceiptsTaken {
  const results = lines.slice(0, receiptLinesMax).map((line) => takeReceipt(line, place));
  const taken = results.filter(Boolean).length;
  return { taken, refused: lines.length - taken, unsent: place.ledger.outbox.unsent };
}

function takeReceipt(line: string, { ledger, device, receiptKey }: StickReceipts): boolean {
  const bytes = new Uint8Array(Buffer.from(line, 'base64'));
  const receipt = openReceipt(bytes, receiptKey);
  if (receipt === undefined || receipt.device !== device) return false;
  if (!ledger.outbox.acknowledge(receipt, bytes)) return false;
  // Someone else wrote in this epoch: what we wrote is safe in quarantine, new taps go elsewhere.
  if (receipt.held === 'quarantine' && receipt.epoch === ledger.head.epoch) {
    ledger.leaveForkedEpoch();
  }
  return true;
}
