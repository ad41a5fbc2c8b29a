/** An entry goes on refusing the piece that it was made for, and nobody who has another one since. */
import { expect, test } from 'vitest';
import { personaliseCard } from '../../sim/personalise/personalise-card.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { aListing, keyed, someNow, someRules } from '../../sim/testing/builders.ts';
import { aCardBus } from '../../sim/testing/card-bus.ts';
import {
  aTransitCard,
  lookAt,
  someCardUid,
  testKeyStore,
} from '../../sim/testing/transit-cards.ts';
import { hex } from '../core/bytes.ts';
import { listingKeyOf } from '../core/lists/listing-key.ts';

/** As the office writes them of a card. */
async function entryOf(card: Awaited<ReturnType<typeof aTransitCard>>): Promise<string> {
  const { pass } = await lookAt(card);
  return `${hex(card.uid)}/${hex(pass?.issue ?? new Uint8Array())}`;
}

function aBusWith(entry: string) {
  const key = listingKeyOf('card', entry, keyed);
  if (!key.ok) throw new Error(key.detail);
  const listings = new Map([[hex(key.key), [aListing({ reason: 'lost' })]]]);
  return aCardBus('bus-07', createSimClock({ wall: someNow }), { rules: someRules({ listings }) });
}

test('a lost card is refused, and taken again once it is made another rider’s', async () => {
  const card = await aTransitCard();
  const bus = aBusWith(await entryOf(card));
  expect(await bus.hold(card)).toMatch(/^red /);

  const order = { uid: card.uid, openingBalance: 0, isAnotherRiders: true };
  const transceive = async (apdu: Uint8Array) => card.respond(apdu);
  card.reset();
  const deps = { transceive, keyStore: testKeyStore, entropy: createSimEntropy(99) };
  await personaliseCard(order, deps);

  expect(await bus.hold(card)).toMatch(/^green /);
});

test('a new pass on a lost card leaves it refused', async () => {
  const card = await aTransitCard();
  const bus = aBusWith(await entryOf(card));
  card.reset();
  const pass = { riderCategory: 'lansia' };
  const order = { uid: card.uid, openingBalance: 0, pass };
  const transceive = async (apdu: Uint8Array) => card.respond(apdu);
  const deps = { transceive, keyStore: testKeyStore, entropy: createSimEntropy(99) };
  await personaliseCard(order, deps);

  expect(await bus.hold(card)).toMatch(/^red /);
});

test('an entry of the bare UID is none of a card that has an issue number', async () => {
  const bus = aBusWith(hex(someCardUid));

  expect(await bus.hold(await aTransitCard())).toMatch(/^green /);
});
