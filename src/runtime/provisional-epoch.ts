/**
 * An epoch that a device without a grant mints for itself; the backend adopts it at first contact.
 * Random and far above the small numbers of grants, so that no two ledgers ever share one.
 */
import type { Entropy } from '../../device/clock.ts';

/** Provisional epochs lie in [2^32, 2^48): the backend tells them from grants by size. */
export const provisionalEpochMin = 2 ** 32;
const epochBytes = 6;

export function mintProvisionalEpoch(entropy: Entropy): number {
  for (;;) {
    const bytes = entropy.bytes(epochBytes);
    const epoch = bytes.reduce((number, byte) => number * 256 + byte, 0);
    if (epoch >= provisionalEpochMin) return epoch;
  }
}
