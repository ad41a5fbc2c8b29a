import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDesfireCard } from '../../../../sim/cards/desfire/desfire-card.ts';
import type { CardFile } from '../../../../sim/cards/desfire/memory.ts';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import { concat, hex } from '../../bytes.ts';
import { faulty } from '../../parsed.ts';
import { type CardDialogue, type CardKeyName, dialogueCommandsMax } from '../dialogue.ts';
import { diversifyKey } from './key-diversification.ts';
import { readTransitCard, type TransitCard } from './read-transit-card.ts';
import { validatorTransaction, verifyTransactionMac } from './transaction-mac.ts';
import { encodePass } from './transit-pass.ts';
import { encodeTrip, type TripRecord } from './trip-record.ts';

const nothing = new Uint8Array();
const uid = bytesOf('04112233445566');
const nonce = bytesOf('00112233445566778899aabbccddeeff');
/** Test keys: everybody can read them, nobody may trust them. */
const masterKey = bytesOf('0f1e2d3c4b5a69788796a5b4c3d2e1f0');
const masterMacKey = bytesOf('f0e1d2c3b4a5968778695a4b3c2d1e0f');
const diversification = bytesOf('041122334455665448f548414c544531');
const cardKey = diversifyKey(masterKey, diversification);
const macKey = diversifyKey(masterMacKey, diversification);
const pass = { product: 'langganan', notBefore: 1_793_000_000, expires: 1_809_000_000 };

function aTrip(change: Partial<TripRecord> = {}): TripRecord {
  return {
    kind: 'single',
    at: 1_793_577_600,
    amount: 3_500,
    deviceTag: bytesOf('a1b2c3d4'),
    epoch: 1,
    seq: 42,
    ...change,
  };
}
const lastTrip = aTrip({ at: 1_793_500_000, seq: 7 });
const order = { amount: 3_500, trip: aTrip() };

interface CardContent {
  readonly generation: 'ev1' | 'ev2';
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
function createCard(change: Partial<CardContent> = {}) {
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

function macFile(generation: 'ev1' | 'ev2'): readonly (readonly [number, CardFile])[] {
  if (generation === 'ev1') return [];
  const rights = { read: 2, write: 15, readWrite: 15, change: 0 };
  const key = { value: macKey, version: 1 };
  const mac = new Uint8Array(8).fill(9);
  return [[15, { kind: 'transaction-mac', mode: 'mac', rights, key, counter: 4, mac }]];
}

type Respond = (apdu: Uint8Array) => Uint8Array;

/** Drives a dialogue; the key store has the one key of the card. */
function converse<T>(
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

function read(respond: Respond, key?: Uint8Array | null) {
  return converse(readTransitCard({ uid, nonce }), respond, key);
}

function cardRead(respond: Respond): TransitCard {
  return parsedValue(read(respond).result);
}

test('reads a card of EV2', () => {
  const { sent, wanted, result } = read(createCard().respond);

  expect(sent).toEqual(['5a', '71', 'af', 'ab', 'ad', '6c', 'ad']);
  expect(wanted).toEqual([{ key: 'transit-2', version: 1, diversification }]);
  expect(result).toMatchObject({
    ok: true,
    value: {
      uid,
      generation: 'ev2',
      pass,
      passFile: encodePass(pass),
      balance: 20_000,
      lastTrip,
      transaction: { counter: 4, mac: new Uint8Array(8).fill(9) },
    },
  });
});

test('reads a card of EV1, which has no transaction MAC', () => {
  const { sent, result } = read(createCard({ generation: 'ev1' }).respond);

  expect(sent).toEqual(['5a', '71', 'aa', 'af', 'bb', 'bd', 'af', '6c']);
  expect(result).toMatchObject({
    ok: true,
    value: { generation: 'ev1', pass, balance: 20_000, lastTrip },
  });
  expect(parsedValue(result)).not.toHaveProperty('transaction');
});

test.each([
  ['ev2', ['5a', '71', 'af', 'ab', '71', 'af', 'ad', '6c', 'ad']],
  ['ev1', ['5a', '71', 'aa', 'af', 'bb', 'aa', 'af', 'bd', 'af', '6c']],
] as const)('begins a session of %s anew when a card has no trip yet', (generation, commands) => {
  const card = createCard({ generation, trips: [], passFile: encodePass(undefined) });
  const { sent, result } = read(card.respond);
  const value = parsedValue(result);

  expect(sent).toEqual(commands);
  expect(value).not.toHaveProperty('lastTrip');
  expect(value).not.toHaveProperty('pass');
  expect(converse(value.debit(order), card.respond).result).toMatchObject({
    value: { result: 'committed' },
  });
});

test('proves itself with another random number when it begins anew', () => {
  const card = createCard({ trips: [] });
  const proofs: string[] = [];
  read((apdu) => {
    // The first block is the reader's number alone, enciphered.
    if (apdu[1] === 0xaf && apdu[4] === 32) proofs.push(hex(apdu.subarray(5, 21)));
    return card.respond(apdu);
  });

  expect(new Set(proofs).size).toBe(2);
});

test('puts the pass together from whatever frames it comes in', () => {
  const { sent, result } = read(cutting(createCard().respond));

  expect(sent.filter((code) => code === 'af').length).toBeGreaterThan(4 * 4);
  expect(result).toMatchObject({ ok: true, value: { pass, balance: 20_000, lastTrip } });
});

test.each([
  ['91a0', 'SelectApplication answered 91a0'],
  ['6a82', 'SelectApplication answered 6a82'],
  ['6d00', 'SelectApplication answered 6d00'],
  ['9000', 'SelectApplication answered 9000'],
  ['91af', 'SelectApplication answered 91af'],
  ['', 'SelectApplication answered no status word'],
])('knows no card that answers "%s" to the application', (answer, detail) => {
  const { sent, wanted, result } = read(() => bytesOf(answer));

  expect([sent, wanted]).toEqual([['5a'], []]);
  expect(result).toEqual(faulty('unknown-card', detail));
});

test.each(['08010203', ''])('asks nothing of a card whose UID is "%s"', (other) => {
  const { sent, result } = converse(readTransitCard({ uid: bytesOf(other), nonce }), () => nothing);

  expect(sent).toEqual([]);
  expect(result).toMatchObject({ fault: { reason: 'unknown-card' } });
});

test('takes no nonce of another length', () => {
  expect(() => readTransitCard({ uid, nonce: nothing })).toThrow(RangeError);
});

test('ends when the key store has not the key', () => {
  expect(read(createCard().respond, null)).toMatchObject({
    sent: ['5a'],
    result: faulty('card-key-missing', 'transit-2 is not in the key store'),
  });
});

test.each(['ev1', 'ev2'] as const)('refuses a card of %s with another key', (generation) => {
  expect(read(createCard({ generation }).respond, macKey).result).toMatchObject({
    fault: { reason: 'card-not-genuine' },
  });
});

/** Answers to one command with something else, to the others as the card. */
function twisted(
  card: { respond: Respond },
  code: number,
  twist: (answer: Uint8Array) => Uint8Array,
) {
  return (apdu: Uint8Array) => {
    const answer = card.respond(apdu);
    return apdu[1] === code ? twist(answer) : answer;
  };
}

const flipped = (answer: Uint8Array) =>
  answer.map((byte, index) => (index === answer.length - 3 ? byte ^ 1 : byte));

test.each([0xab, 0x6c])('asks to try again when a MAC is wrong at %i', (code) => {
  const { result } = read(twisted(createCard(), code, flipped));

  expect(result).toMatchObject({ fault: { reason: 'card-answer-invalid' } });
});

test.each([
  [0xab, '91ae', 'ReadRecords answered 91ae'],
  [0xad, '919d', 'ReadData answered 919d'],
  [0xad, '91be', 'ReadData answered 91be'],
  [0x6c, '91f0', 'GetValue answered 91f0'],
  [0x6c, '6300', 'GetValue answered 6300'],
  [0x6c, '', 'GetValue answered no status word'],
])('asks to try again when %i is answered "%s"', (code, answer, detail) => {
  const { result } = read(twisted(createCard(), code, () => bytesOf(answer)));

  expect(result).toEqual(faulty('card-answer-invalid', detail));
});

test.each<[string, Partial<CardContent>]>([
  ['a pass', { passFile: new Uint8Array(96).fill(1) }],
  ['a trip', { trips: [new Uint8Array(32)] }],
  ['a negative balance', { balance: -1 }],
  ['a balance past the limit', { balance: 2_000_001 }],
])('refuses a card with damaged content: %s', (_, change) => {
  expect(read(createCard(change).respond).result).toMatchObject({
    fault: { reason: 'malformed-token' },
  });
});

test.each(['ev1', 'ev2'] as const)(
  'asks to try again when a record of %s is short',
  (generation) => {
    const card = createCard({ generation, trips: [new Uint8Array(31)] });

    expect(read(card.respond).result).toEqual(
      faulty('card-answer-invalid', 'ReadRecords gave 31 bytes'),
    );
  },
);

test('asks to try again when somebody put another counter into the answer', () => {
  const card = createCard();
  const { result } = read((apdu) => {
    const response = card.respond(apdu);
    return apdu[1] === 0xad && apdu[5] === 0x0f ? response.with(0, 0x63) : response;
  });

  expect(result).toEqual(faulty('card-answer-invalid', 'ReadData answered 9100, its MAC is wrong'));
});

test.each([
  ['ev2', ['dc', '8b', 'c7']],
  ['ev1', ['dc', '3b', 'c7']],
] as const)('debits a card of %s and writes the trip', (generation, commands) => {
  const card = createCard({ generation });
  const { sent, result } = converse(cardRead(card.respond).debit(order), card.respond);

  expect(sent).toEqual(commands);
  expect(result).toMatchObject({ ok: true, value: { result: 'committed' } });
  expect(card.balance()).toBe(16_500);
  expect(cardRead(card.respond)).toMatchObject({ balance: 16_500, lastTrip: order.trip });
});

test.each([
  ['with a trip', [encodeTrip(lastTrip)]],
  ['without a trip', []],
])('gives the transaction MAC that its rows rebuild: a card %s', (_, trips) => {
  const card = createCard({ trips });
  const before = cardRead(card.respond);
  const { result } = converse(before.debit(order), card.respond);
  const outcome = parsedValue(result);
  const transaction = outcome.result === 'committed' ? outcome.transaction : undefined;
  if (transaction === undefined) throw new Error('no transaction');
  const claim = {
    passFile: before.passFile,
    balanceBefore: before.balance,
    ...(before.lastTrip && { lastTripBefore: before.lastTrip }),
    ...order,
  };
  const proof = { key: macKey, uid, ...transaction };
  const verify = (change: Partial<typeof claim>, other = {}) =>
    verifyTransactionMac({
      ...proof,
      ...other,
      commands: validatorTransaction({ ...claim, ...change }),
    });

  expect(transaction.counter).toBe(5);
  expect(verify({})).toBe(true);
  expect(verify({ passFile: before.passFile.slice(0, 60) })).toBe(true);
  expect(verify({ amount: 3_499 })).toBe(false);
  expect(verify({ balanceBefore: 19_999 })).toBe(false);
  expect(verify({ trip: aTrip({ seq: 43 }) })).toBe(false);
  expect(verify({ passFile: nothing })).toBe(false);
  expect(verify({ lastTripBefore: aTrip({ seq: 8 }) })).toBe(false);
  expect(verify({}, { counter: 6 })).toBe(false);
  expect(verify({}, { uid: bytesOf('04112233445567') })).toBe(false);
});

test.each(['ev1', 'ev2'] as const)(
  'takes nothing from a purse of %s with less in it',
  (generation) => {
    const card = createCard({ generation, balance: 3_499 });

    expect(converse(cardRead(card.respond).debit(order), card.respond)).toMatchObject({
      sent: ['dc'],
      result: { ok: true, value: { result: 'not-committed' } },
    });
  },
);

test.each<[string, number, (answer: Uint8Array) => Uint8Array]>([
  ['a debit of which the MAC is wrong', 0xdc, flipped],
  ['a debit that is answered with nothing', 0xdc, () => nothing],
  ['a debit that a reader answers itself', 0xdc, () => bytesOf('6300')],
  ['a trip of which the MAC is wrong', 0x8b, flipped],
  ['a trip that is refused', 0x8b, () => bytesOf('91ee')],
  ['a trip in too many frames', 0x8b, () => bytesOf('91af')],
])('commits nothing after %s', (_, code, twist) => {
  const card = createCard();
  const { sent, result } = converse(cardRead(card.respond).debit(order), (apdu) =>
    apdu[1] === 0xaf ? bytesOf('91af') : twisted(card, code, twist)(apdu),
  );

  expect(sent).not.toContain('c7');
  expect(result).toEqual({ ok: true, value: { result: 'not-committed' } });
  expect(card.balance()).toBe(20_000);
});

test.each(['911e', '91ae', '917e', '919d', '911c', '91ca', '910c', '91be'])(
  'knows that nothing was committed when the commit is answered %s',
  (answer) => {
    const card = createCard();
    const { result } = converse(
      cardRead(card.respond).debit(order),
      twisted(card, 0xc7, () => bytesOf(answer)),
    );

    expect(result).toEqual({ ok: true, value: { result: 'not-committed' } });
  },
);

test.each<[string, (answer: Uint8Array) => Uint8Array]>([
  ['with a wrong MAC', flipped],
  ['without a MAC', () => bytesOf('9100')],
  ['with a memory error', () => bytesOf('91ee')],
  ['with an integrity error of the chip', () => bytesOf('91c1')],
  ['by the reader itself', () => bytesOf('6300')],
  ['with a status of ISO 7816', () => bytesOf('6f00')],
  ['with nothing', () => nothing],
])('leaves it unknown when the commit is answered %s, and settles it by the card', (_, twist) => {
  const card = createCard();
  const before = cardRead(card.respond);
  const { result } = converse(before.debit(order), twisted(card, 0xc7, twist));

  expect(result).toMatchObject({ ok: false, fault: { reason: 'card-answer-invalid' } });
  expect(before).toMatchObject({ lastTrip, balance: 20_000 });
  expect(cardRead(card.respond)).toMatchObject({ lastTrip: order.trip, balance: 16_500 });
});

test.each([0, -1, 0.5, 2_000_001, Number.NaN])('debits no %d rupiah', (amount) => {
  const { debit } = cardRead(createCard().respond);

  expect(() => debit({ ...order, amount })).toThrow(RangeError);
});

/** Rude in any way that has a status word or not, now and then. */
const rudeness = fc.oneof(
  { weight: 4, arbitrary: fc.constant('as the card' as const) },
  fc.uint8Array({ maxLength: 70 }),
  fc
    .tuple(fc.uint8Array({ maxLength: 130 }), fc.constantFrom('9100', '91af', '91be', '91ae'))
    .map(([data, status]) => concat(data, bytesOf(status))),
);

test('ends within the bound of commands, whatever a card answers', () => {
  const answers = fc.array(rudeness, { maxLength: 80 });
  const generations = fc.constantFrom('ev1' as const, 'ev2' as const);
  fc.assert(
    fc.property(generations, answers, (generation, script) => {
      const card = createCard({ generation });
      let at = 0;
      const respond = (apdu: Uint8Array) => {
        const rude = script[at++];
        return rude === undefined || rude === 'as the card' ? card.respond(apdu) : rude;
      };
      const reading = read(respond);
      const debit = reading.result.ok
        ? converse(reading.result.value.debit(order), respond)
        : undefined;

      expect(reading.sent.length + (debit?.sent.length ?? 0)).toBeLessThan(dialogueCommandsMax);
    }),
    { numRuns: 60 },
  );
});

test('never says that a debit was committed, or was not, when the card says the contrary', () => {
  fc.assert(
    fc.property(fc.array(rudeness, { maxLength: 5 }), (script) => {
      const card = createCard();
      const { debit } = cardRead(card.respond);
      let at = 0;
      const { result } = converse(debit(order), (apdu) => {
        const answer = card.respond(apdu);
        const rude = script[at++];
        return rude === undefined || rude === 'as the card' || isStatusOnly(rude) ? answer : rude;
      });

      if (!result.ok) return;
      const taken = card.balance() === 16_500;
      expect(result.value.result).toBe(taken ? 'committed' : 'not-committed');
    }),
    { numRuns: 80 },
  );
});

/** A card that commits and then says that it did not is past what any reader can tell. */
function isStatusOnly(rude: Uint8Array): boolean {
  return rude.length >= 2 && rude.at(-2) === 0x91 && rude.at(-1) !== 0 && rude.at(-1) !== 0xaf;
}

/** Cuts answers into the most frames that there may be. */
function cutting(respond: Respond): Respond {
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
    rest = Array.from({ length: 5 }, (_, index) =>
      concat(data.subarray(index * 25, index * 25 + 25), bytesOf('91af')),
    );
    rest.push(whole.subarray(-2));
    return rest.shift() ?? nothing;
  };
}

test('stays within the bound of commands when every answer comes in the most frames', () => {
  const respond = cutting(createCard({ trips: [] }).respond);
  const reading = read(respond);
  const debit = converse(parsedValue(reading.result).debit(order), respond);

  expect(debit.result).toMatchObject({ value: { result: 'committed' } });
  expect(reading.sent.length + debit.sent.length).toBeLessThan(dialogueCommandsMax);
});
