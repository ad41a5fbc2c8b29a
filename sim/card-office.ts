/** An office of the simulated city that issues transit cards: blank ones, personalised. */
import type { Entropy } from '../device/clock.ts';
import type { KeyStore } from '../device/key-store.ts';
import type { TransitPass } from '../src/core/card/desfire/transit-pass.ts';
import { createDesfireCard, type DesfireCard } from './cards/desfire/desfire-card.ts';
import type { CardGeneration } from './cards/desfire/powered-card.ts';
import { personaliseCard } from './personalise/personalise-card.ts';

export interface CardIssue {
  /** 7 bytes. */
  readonly uid: Uint8Array;
  /** Whole rupiah. */
  readonly openingBalance: number;
  readonly pass?: TransitPass;
  /** Default: `ev2`. */
  readonly generation?: CardGeneration;
}

export async function issueTransitCard(
  { generation = 'ev2', ...order }: CardIssue,
  { keyStore, entropy }: { readonly keyStore: KeyStore; readonly entropy: Entropy },
): Promise<DesfireCard> {
  const card = createDesfireCard({ uid: order.uid, generation, entropy });
  card.reset();
  const transceive = async (apdu: Uint8Array) => card.respond(apdu);
  await personaliseCard(order, { transceive, keyStore, entropy });
  return card;
}
