/** Transit cards for tests, and the test keys that they were made with. */
import type { KeyStore } from '../../device/key-store.ts';
import type { KeyFile } from '../../src/config/key-file.ts';
import { hex } from '../../src/core/bytes.ts';
import { diversifyKey } from '../../src/core/card/desfire/key-diversification.ts';
import {
  readTransitCard,
  type TransitCard,
} from '../../src/core/card/desfire/read-transit-card.ts';
import type { Parsed } from '../../src/core/parsed.ts';
import { type CardIssue, issueTransitCard } from '../card-office.ts';
import type { DesfireCard } from '../cards/desfire/desfire-card.ts';
import { createCardConversation } from '../personalise/card-conversation.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { bytesOf, parsedValue } from './builders.ts';

/** Test keys: everybody can read them, nobody may trust them. */
const masterKeys: ReadonlyMap<string, Uint8Array> = new Map(
  ['transit-0', 'transit-1', 'transit-2', 'transit-3', 'transit-4', 'transit-mac'].map(
    (name, index) => [name, new Uint8Array(16).fill(0xa0 + index)],
  ),
);

/** The same keys as a key store in a file has them. */
export const testKeyFile: KeyFile = {
  warning: 'Test keys: everybody can read them, nobody may trust them.',
  keys: [...masterKeys].map(([name, key]) => ({ name, version: 1, key: hex(key) })),
};

export const testKeyStore: KeyStore = {
  async cardKey(name, version, diversification) {
    const master = version === 1 ? masterKeys.get(name) : undefined;
    return master && diversifyKey(master, diversification);
  },
};

export const someCardUid = bytesOf('04112233445566');

/** Fresh from the office, with Rp 20.000 on it. */
export function aTransitCard(change: Partial<CardIssue> = {}): Promise<DesfireCard> {
  const order = { uid: someCardUid, openingBalance: 20_000, ...change };
  return issueTransitCard(order, { keyStore: testKeyStore, entropy: createSimEntropy(7) });
}

/** What a card says to a validator that only looks. */
export async function lookAt(card: DesfireCard): Promise<TransitCard> {
  card.reset();
  const transceive = async (apdu: Uint8Array) => card.respond(apdu);
  const deps = { transceive, keyStore: testKeyStore, entropy: createSimEntropy(8) };
  const dialogue = readTransitCard({ uid: card.uid, nonce: deps.entropy.bytes(16) });
  return parsedValue((await createCardConversation(deps).drive(dialogue)) as Parsed<TransitCard>);
}
