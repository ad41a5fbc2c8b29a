/**
 * Test support: a transit card as the application's layout has it, built without the office, and the
 * dialogues with it, without a reader. What is said can be changed on its way.
 */
import { concat, hex } from '../../src/core/bytes.ts';
import { diversifyKey } from '../../src/core/card/desfire/key-diversification.ts';
import {
  readTransitCard,
  type TransitCard,
} from '../../src/core/card/desfire/read-transit-card.ts';
import { encodePass } from '../../src/core/card/desfire/transit-pass.ts';
import { encodeTrip, type TripRecord } from '../../src/core/card/desfire/trip-record.ts';
import {
  type CardDialogue,
  type CardKeyName,
  dialogueCommandsMax,
} from '../../src/core/card/dialogue.ts';
import { createDesfireCard } from '../cards/desfire/desfire-card.ts';
import type { CardFile } from '../cards/desfire/memory.ts';
import type { CardGeneration } from '../cards/desfire/powered-card.ts';
import { bytesOf, parsedValue } from './builders.ts';

export const nothing = new Uint8Array();
export const uid = bytesOf('04112233445566');
export const nonce = bytesOf('00112233445566778899aabbccddeeff');
/** Test keys: everybody can read them, nobody may trust them. */
const masterKey = bytesOf('0f1e2d3c4b5a69788796a5b4c3d2e1f0');
const masterMacKey = bytesOf('f0e1d2c3b4a5968778695a4b3c2d1e0f');
export const diversification = bytesOf('041122334455665448f548414c544531');
const cardKey = diversifyKey(masterKey, diversification);
export const macKey = diversifyKey(masterMacKey, diversification);
export const pass = { product: 'langganan', notBefore: 1_793_000_000, expires: 1_809_000_000 };

export function aTrip(change: Partial<TripRecord> = {}): TripRecord {
  return {
    at: 1_793_577_600,
    amount: 3_500,
    deviceTag: bytesOf('a1b2c3d4'),
    epoch: 1,
    seq: 42,
    ride: { action: 'single', transfers: 0, route: 0x010203, stop: 0x040506, product: 7 },
    ...change,
  };
}
export const lastTrip = aTrip({ at: 1_793_500_000, seq: 7 });
export const order = { amount: 3_500, trip: aTrip() };

export interface CardContent {
  readonly generation: CardGeneration;
  readonly passFile: Uint8Array;
  readonly balance: number;
  /** Oldest first. */
  readonly trips: readonly Uint8Array[];
}

const applicationNumber = 0xf54854;
const aContent: CardContent = {
  generation: 'ev2',
  passFile: encodePass(pass),
  balance: 20_000,
  trips: [encodeTrip(lastTrip)],
};

/** A card as the transit application's layout has it, fresh from the office. */
export function createCard(change: Partial<CardContent> = {}) {
  const content = { ...aContent, ...change };
  let drawn = 0;
  const keys = Array.from({ length: 5 }, () => ({ value: cardKey, version: 1 }));
  const application = { settings: 0x0b, keys, files: new Map(filesOf(content)) };
  const card = createDesfireCard({
    uid,
    generation: content.generation,
    entropy: { bytes: (length) => new Uint8Array(length).fill(++drawn) },
    memory: { applications: new Map([[applicationNumber, application]]) },
  });
  return {
    respond: (apdu: Uint8Array) => card.respond(apdu),
    balance() {
      const purse = card.snapshot().applications.get(applicationNumber)?.files.get(2);
      return purse?.kind === 'value' ? purse.value : undefined;
    },
  };
}

function filesOf(content: CardContent): readonly (readonly [number, CardFile])[] {
  const { passFile: bytes, balance, trips: records } = content;
  const staff = { readWrite: 2, change: 0 };
  const limits = { lower: Math.min(0, balance), upper: Math.max(2_000_000, balance) };
  const noCredit = { limitedCreditOn: false, limitedCredit: 0 };
  const passRights = { ...staff, read: 1, write: 0 };
  const purseRights = { read: 2, write: 2, readWrite: 3, change: 0 };
  const tripRights = { ...staff, read: 1, write: 2 };
  const cyclic = { kind: 'cyclic', recordBytes: 32, recordsMax: 11 } as const;
  return [
    [1, { kind: 'standard', mode: 'full', rights: passRights, bytes }],
    [
      2,
      { kind: 'value', mode: 'mac', rights: purseRights, value: balance, ...limits, ...noCredit },
    ],
    [3, { ...cyclic, mode: 'mac', rights: tripRights, records }],
    ...macFile(content.generation),
  ];
}

function macFile(generation: CardGeneration): readonly (readonly [number, CardFile])[] {
  if (generation === 'ev1') return [];
  const rights = { read: 2, write: 15, readWrite: 15, change: 0 };
  const key = { value: macKey, version: 1 };
  const mac = new Uint8Array(8).fill(9);
  return [[15, { kind: 'transaction-mac', mode: 'mac', rights, key, counter: 4, mac }]];
}

type Respond = (apdu: Uint8Array) => Uint8Array;

/** Drives a dialogue; the key store has the one key of the card. */
export function converse<T>(
  dialogue: CardDialogue<T>,
  respond: Respond,
  key: Uint8Array | null = cardKey,
) {
  const sent: string[] = [];
  const wanted: CardKeyName[] = [];
  let step = dialogue;
  while (step.step !== 'end') {
    if (sent.length > dialogueCommandsMax) throw new Error('the dialogue does not end');
    if (step.step === 'key') {
      wanted.push(step.wanted);
      step = step.answer(key ?? undefined);
    } else {
      sent.push(hex(step.apdu.subarray(1, 2)));
      step = step.answer(respond(step.apdu));
    }
  }
  return { sent, wanted, result: step.result };
}

export function read(respond: Respond, key?: Uint8Array | null) {
  return converse(readTransitCard({ uid, nonce }), respond, key);
}

export function cardRead(respond: Respond): TransitCard {
  return parsedValue(read(respond).result);
}

/** Answers to one command with something else, to the others as the card. */
export function twisted(
  card: { respond: Respond },
  code: number,
  twist: (answer: Uint8Array) => Uint8Array,
) {
  return (apdu: Uint8Array) => {
    const answer = card.respond(apdu);
    return apdu[1] === code ? twist(answer) : answer;
  };
}

export const flipped = (answer: Uint8Array) =>
  answer.map((byte, index) => (index === answer.length - 3 ? byte ^ 1 : byte));

/** Cuts answers into frames as small as a card in a 32-byte field has them, and an empty one. */
export function cutting(respond: Respond): Respond {
  let rest: Uint8Array[] = [];
  return (apdu) => {
    const next = rest.shift();
    if (next !== undefined) return next;
    let whole = respond(apdu);
    let data = whole.subarray(0, -2);
    const isChallenge = whole.at(-1) === 0xaf && data.length === 16;
    if (isChallenge || apdu[1] === 0x5a || apdu[1] === 0xaf || whole.at(-1) === 0xbe) return whole;
    while (whole.at(-1) === 0xaf) {
      whole = respond(bytesOf('90af000000'));
      data = concat(data, whole.subarray(0, -2));
    }
    rest = Array.from({ length: Math.ceil(data.length / 27) }, (_, index) =>
      concat(data.subarray(index * 27, index * 27 + 27), bytesOf('91af')),
    );
    rest.push(whole.subarray(-2));
    return rest.shift() ?? nothing;
  };
}
