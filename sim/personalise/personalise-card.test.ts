import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, hex, utf8 } from '../../src/core/bytes.ts';
import { diversifyKey } from '../../src/core/card/desfire/key-diversification.ts';
import { readTransitCard } from '../../src/core/card/desfire/read-transit-card.ts';
import { encodePass, type TransitPass } from '../../src/core/card/desfire/transit-pass.ts';
import { countingEntropy, someUid, talkTo } from '../cards/desfire/card-talk.ts';
import { createDesfireCard, type DesfireCard } from '../cards/desfire/desfire-card.ts';
import type { CardMemory } from '../cards/desfire/memory.ts';
import type { CardGeneration } from '../cards/desfire/powered-card.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { bytesOf } from '../testing/builders.ts';
import { createCardConversation } from './card-conversation.ts';
import { personaliseCard } from './personalise-card.ts';
import type { CardOrder } from './personalise-steps.ts';

/** Test keys: nobody may trust them. */
const masterKeys = new Map(
  ['transit-0', 'transit-1', 'transit-2', 'transit-3', 'transit-4', 'transit-mac'].map(
    (name, index) => [name, new Uint8Array(16).fill(0xa0 + index)],
  ),
);

const keyStore = {
  async cardKey(name: string, version: number, diversification: Uint8Array) {
    const master = masterKeys.get(name);
    return master && version === 1 ? diversifyKey(master, diversification) : undefined;
  },
};

const pass = {
  product: 'langganan',
  notBefore: 1_793_000_000,
  expires: 1_809_000_000,
  riderCategory: 'pelajar',
};
const order: CardOrder = { uid: someUid, pass, openingBalance: 50_000 };

const aid = 0xf54854;
const generations = ['ev1', 'ev2', 'ev3'] as const;

function aBlank(generation: CardGeneration = 'ev2', memory?: CardMemory): DesfireCard {
  const design = { uid: someUid, generation, entropy: countingEntropy() };
  return createDesfireCard({ ...design, ...(memory && { memory }) });
}

/** Answers so many commands; the next one is heard or not, and its answer is lost in any case. */
interface Tear {
  readonly answered: number;
  readonly heard: boolean;
}

const neverTorn: Tear = { answered: Number.POSITIVE_INFINITY, heard: true };

async function personalise(
  card: DesfireCard,
  { answered, heard } = neverTorn,
  ...[wanted = order, seed]: [order?: CardOrder, seed?: number]
) {
  let commands = 0;
  card.reset();
  const transceive = async (apdu: Uint8Array) => {
    commands += 1;
    if (commands <= answered) return card.respond(apdu);
    if (heard) card.respond(apdu);
    throw new Error('card/gone');
  };
  const steps: string[] = [];
  const entropy = seed === undefined ? countingEntropy() : createSimEntropy(seed);
  const deps = { transceive, keyStore, entropy };
  const progress = ({ step, done, of }: { step: string; done: number; of: number }) => {
    steps.push(`${done}/${of} ${step}`);
  };
  const made = await personaliseCard(wanted, { ...deps, progress });
  return { made, steps };
}

async function finished(): Promise<CardMemory> {
  const card = aBlank();
  await personalise(card);
  return card.snapshot();
}

test.each(generations)('makes a transit card of a blank %s card', async (generation) => {
  const { made } = await personalise(aBlank(generation));

  const spoken = generation === 'ev1' ? 'ev1' : 'ev2';
  expect(made).toMatchObject({ generation: spoken, pass, balance: 50_000 });
  expect(made.trips).toEqual([]);
  expect(made.transaction?.counter).toBe(generation === 'ev1' ? undefined : 0);
});

test('gives every key of the card a value of its own and version 1', async () => {
  const memory = await finished();
  const diversification = concat(someUid, bytesOf('5448f5'), utf8('HALTE1'));
  const own = [...masterKeys.values()].map((key) => diversifyKey(key, diversification));

  const application = memory.applications.get(aid);

  expect(application?.settings).toBe(0x0b);
  expect(application?.keys).toEqual(own.slice(0, 5).map((value) => ({ value, version: 1 })));
  expect(application?.files.get(0x0f)).toMatchObject({ key: { value: own[5], version: 1 } });
});

// The layout that validators and inspectors rely on: type, mode, access rights, sizes or limits.
test.each([
  ['01', '00030020600000'],
  ['02', '020130220000000080841e000000000000'],
  ['03', '040120122000000b0000000000'],
  ['0f', '0501f02f0201'],
])('makes file %s as it has to be', async (number, settings) => {
  const card = aBlank();
  await personalise(card);
  const talk = talkTo(card);
  talk.raw(0x5a, '5448f5');

  expect(talk.raw(0xf5, number)).toBe(`${settings}9100`);
});

test('tells of each step, up to the last', async () => {
  const { steps } = await personalise(aBlank());

  expect(steps).toHaveLength(14);
  expect(steps[0]).toBe('0/13 application');
  expect(steps.slice(1, 7).map((step) => step.split(' ').slice(1).join(' '))).toEqual([
    'key 1',
    'key 2',
    'key 3',
    'key 4',
    'key 0',
    'key settings',
  ]);
  expect(steps.at(-1)).toBe('13/13 finished');
});

/** What the card remembers after each command; a card forgets all else when it is pulled away. */
async function memoriesOnTheWay(generation: CardGeneration): Promise<CardMemory[]> {
  const card = aBlank(generation);
  const memories = [card.snapshot()];
  const respond = (apdu: Uint8Array) => {
    const answer = card.respond(apdu);
    const memory = card.snapshot();
    if (!isDeepStrictEqual(memory, memories.at(-1))) memories.push(memory);
    return answer;
  };
  await personalise({ ...card, respond });
  return memories;
}

test.each(generations)('finishes an %s card pulled away after any command', async (generation) => {
  const memories = await memoriesOnTheWay(generation);
  const last = memories.at(-1);

  for (const memory of memories) {
    const card = aBlank(generation, memory);

    const { made } = await personalise(card);

    expect(made.balance).toBe(50_000);
    expect(card.snapshot()).toEqual(last);
  }
  // Blank; then the application, five keys, settings, three or four files, and the pass, of which
  // an EV1 card takes three parts and the last holds nothing but zeros.
  expect(memories).toHaveLength(1 + (generation === 'ev1' ? 10 + 2 : 11 + 1));
});

test('finishes a card however often it is torn off', async () => {
  const memory = await finished();
  const tears = fc.array(fc.record({ answered: fc.nat(60), heard: fc.boolean() }), {
    maxLength: 8,
  });

  await fc.assert(
    fc.asyncProperty(tears, async (all) => {
      const card = aBlank();
      // A tear after the last command tears nothing.
      for (const tear of all) await personalise(card, tear).catch(() => undefined);

      await personalise(card);

      expect(card.snapshot()).toEqual(memory);
    }),
    { numRuns: 20 },
  );
}, 10_000);

test('leaves the purse of a used card alone, and renews its pass', async () => {
  const card = aBlank();
  await personalise(card);
  const trip = { at: 1_793_577_600, amount: 3_500 };
  const record = { ...trip, deviceTag: bytesOf('a1b2c3d4'), epoch: 1, seq: 42 };
  const office = createCardConversation({
    transceive: async (apdu) => card.respond(apdu),
    keyStore,
    entropy: countingEntropy(),
  });
  const read = await office.drive(readTransitCard({ uid: someUid, nonce: new Uint8Array(16) }));
  if (!read.ok) throw new Error(read.fault.detail);
  await office.drive(read.value.debit({ amount: 3_500, trip: record }));
  const renewed = { ...order, pass: { ...pass, expires: 1_900_000_000 } };

  const { made } = await personalise(card, neverTorn, renewed);

  expect(made).toMatchObject({ balance: 46_500, pass: renewed.pass, trips: [record] });
  expect(made.transaction?.counter).toBe(1);
});

test('draws an issue number once, also for a card without a pass', async () => {
  const card = aBlank();
  const bare = { uid: someUid, openingBalance: 0 };

  const { made } = await personalise(card, neverTorn, bare);
  const again = await personalise(card, neverTorn, order, 9);

  expect(made.pass).toEqual({ issue: expect.any(Uint8Array) });
  expect(again.made.pass).toEqual({ ...pass, issue: made.pass?.issue });
});

test.each(generations)('gives an %s card for another rider another number', async (generation) => {
  const card = aBlank(generation);
  const { made } = await personalise(card);

  const wanted = { uid: someUid, openingBalance: 0, isAnotherRiders: true };
  const again = await personalise(card, neverTorn, wanted, 9);

  expect(again.made).toMatchObject({ pass, balance: 50_000 });
  expect(again.made.pass?.issue).toHaveLength(8);
  expect(again.made.pass?.issue).not.toEqual(made.pass?.issue);
});

test('gives a card of the first years no number with a new pass, but with a new rider', async () => {
  const card = aBlank();
  await personalise(card);
  writePassOf(card, { riderCategory: 'lansia' });

  const renewed = await personalise(card);
  const passedOn = await personalise(card, neverTorn, { ...order, isAnotherRiders: true });

  expect(renewed.made.pass).toEqual(pass);
  expect(passedOn.made.pass?.issue).toHaveLength(8);
});

/** As an office wrote it that knew no issue numbers. */
function writePassOf(card: DesfireCard, held: TransitPass): void {
  const { value: key = new Uint8Array(16) } = card.snapshot().applications.get(aid)?.keys[0] ?? {};
  const talk = talkTo(card);
  talk.raw(0x5a, '5448f5');
  talk.authenticate(0, { key });
  const data = hex(encodePass(held));
  talk.say({ code: 0x8d, header: '01000000600000', data, mode: 'full' });
}

test('leaves the pass alone when none is ordered', async () => {
  const card = aBlank();
  await personalise(card);

  const { made } = await personalise(card, neverTorn, { uid: someUid, openingBalance: 0 });

  expect(made).toMatchObject({ pass, balance: 50_000 });
});

test.each([
  ['files under the key that everybody knows', 'eb', ['cd0100eeee200000']],
  ['other key settings', '0f', []],
])('refuses an application with %s', async (_, settings, commands) => {
  const card = aBlank();
  const talk = talkTo(card);
  talk.raw(0xca, `5448f5${settings}85`);
  talk.raw(0x5a, '5448f5');
  talk.authenticate(0);
  for (const command of commands) {
    talk.say({ code: Number.parseInt(command.slice(0, 2), 16), header: command.slice(2) });
  }
  const before = card.snapshot();

  await expect(personalise(card)).rejects.toMatchObject({ code: 'card/not-ours' });
  expect(card.snapshot()).toEqual(before);
});

test.each([
  [0, '01', 'another key 0'],
  [3, '01', 'another key 3'],
  [3, '02', 'key 3 is of another version'],
])('refuses an application whose key %i claims version %s', async (number, version, reason) => {
  const card = aBlank();
  const talk = talkTo(card);
  talk.raw(0xca, '5448f5eb85');
  talk.raw(0x5a, '5448f5');
  talk.authenticate(number);
  const forged = `${'66'.repeat(16)}${version}`;
  const change = { code: 0xc4, header: `0${number}`, data: forged, mode: 'full' } as const;
  expect(() => talk.say(change)).toThrow('MAC');

  await expect(personalise(card)).rejects.toThrow(reason);
});

test('refuses a card of ours with a file of another shape', async () => {
  const card = aBlank();
  await personalise(card);
  const { value: key = new Uint8Array(16) } = card.snapshot().applications.get(aid)?.keys[0] ?? {};
  const talk = talkTo(card);
  talk.raw(0x5a, '5448f5');
  talk.authenticate(0, { key });
  talk.say({ code: 0xdf, header: '01' });
  talk.say({ code: 0xcd, header: '01032010400000' });

  await expect(personalise(card)).rejects.toThrow('its pass file is another');
});

test('takes no card that was made with other master keys', async () => {
  const card = aBlank();
  const others = { cardKey: async () => new Uint8Array(16).fill(9) };
  const transceive = async (apdu: Uint8Array) => card.respond(apdu);
  await personaliseCard(order, { transceive, keyStore: others, entropy: countingEntropy() });

  await expect(personalise(card)).rejects.toMatchObject({ code: 'card/not-ours' });
});

test('says which key the store has not, before it touches the card', async () => {
  const card = aBlank();
  const before = card.snapshot();
  const empty = { cardKey: async () => undefined };
  const transceive = async (apdu: Uint8Array) => card.respond(apdu);
  const deps = { transceive, keyStore: empty, entropy: countingEntropy() };

  await expect(personaliseCard(order, deps)).rejects.toMatchObject({ code: 'card/key-missing' });
  expect(card.snapshot()).toEqual(before);
});

test('says what a card answered that does not do as it is asked', async () => {
  const transceive = async () => bytesOf('919d');
  const deps = { transceive, keyStore, entropy: countingEntropy() };

  await expect(personaliseCard(order, deps)).rejects.toThrow('SelectApplication answered 919d');
});

test.each([-1, 0.5, 2_000_001, Number.NaN])('takes no opening balance of %d', async (balance) => {
  const wanted = { ...order, openingBalance: balance };

  await expect(personalise(aBlank(), neverTorn, wanted)).rejects.toThrow(RangeError);
});
