/**
 * Epochs that a device begins: the spare one that the backend granted ahead; else one that the device
 * mints for itself, which the backend adopts at first contact. Random and far above the small numbers
 * of grants, so that no two ledgers ever share one.
 */
import type { Entropy } from '../../device/clock.ts';
import { provisionalEpochMin } from '../core/ledger/epoch-grant.ts';
import type { SpareGrant } from '../store/spare-grant.ts';
import type { LedgerDeps } from '../store/tap-ledger.ts';

const epochBytes = 6;

export function mintProvisionalEpoch(entropy: Entropy): number {
  for (;;) {
    const bytes = entropy.bytes(epochBytes);
    const epoch = bytes.reduce((number, byte) => number * 256 + byte, 0);
    if (epoch >= provisionalEpochMin) return epoch;
  }
}

/** A fork says that this disk has a twin, which holds the same spare: there it is given up. */
export function createEpochMint({
  spare,
  entropy,
}: {
  readonly spare: SpareGrant;
  readonly entropy: Entropy;
}): LedgerDeps['mintEpoch'] {
  return (why) => {
    const granted = spare.take();
    return why === 'new' && granted !== undefined ? granted : mintProvisionalEpoch(entropy);
  };
}
