/**
 * A card whose answer to reset is noise, as a card has that is bent, or held too far away: a reader
 * sees that something is there, but cannot agree on a protocol with it and fails to connect.
 */
import type { CardModel } from './card-model.ts';

export function createBrokenCard(): CardModel {
  return {
    atr: Uint8Array.of(0xff),
    respond: () => {
      throw new Error('nobody connects to a broken card');
    },
  };
}
