import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import {
  aTrip,
  type CardContent,
  converse,
  createCard,
  cutting,
  diversification,
  flipped,
  lastTrip,
  macKey,
  nonce,
  nothing,
  order,
  pass,
  read,
  twisted,
  uid,
} from '../../../../sim/testing/transit-dialogue.ts';
import { hex } from '../../bytes.ts';
import { faulty } from '../../parsed.ts';
import { readTransitCard } from './read-transit-card.ts';
import { encodePass } from './transit-pass.ts';
import { encodeTrip } from './trip-record.ts';

test.each(['ev2', 'ev3'] as const)('reads a card of %s by the dialogue of EV2', (generation) => {
  const { sent, wanted, result } = read(createCard({ generation }).respond);

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
      trips: [lastTrip],
      tripRecords: encodeTrip(lastTrip),
      transaction: { counter: 4, mac: new Uint8Array(8).fill(9) },
    },
  });
});

test('reads a card of EV1, which has no transaction MAC', () => {
  const { sent, result } = read(createCard({ generation: 'ev1' }).respond);

  expect(sent).toEqual(['5a', '71', 'aa', 'af', 'bb', 'bd', 'af', '6c']);
  expect(result).toMatchObject({
    ok: true,
    value: { generation: 'ev1', pass, balance: 20_000, trips: [lastTrip] },
  });
  expect(parsedValue(result)).not.toHaveProperty('transaction');
});

test.each([
  ['ev2', 1 + 2],
  ['ev1', 1 + 5 + 1],
] as const)(
  'reads all trips that a card of %s keeps, with %i frames more',
  (generation, frames) => {
    const kept = Array.from({ length: 10 }, (_, seq) => aTrip({ seq }));
    const { sent, result } = read(createCard({ generation, trips: kept.map(encodeTrip) }).respond);

    expect(sent.filter((code) => code === 'af')).toHaveLength(frames);
    expect(parsedValue(result).trips).toEqual(kept.toReversed());
  },
);

test('goes on past a trip of tomorrow', () => {
  const trips = [encodeTrip(lastTrip), bytesOf(`03${'00'.repeat(31)}`), encodeTrip(aTrip())];

  expect(parsedValue(read(createCard({ trips }).respond).result).trips).toEqual([
    aTrip(),
    'unknown',
    lastTrip,
  ]);
});

test.each([
  ['ev2', ['5a', '71', 'af', 'ab', '71', 'af', 'ad', '6c', 'ad']],
  ['ev3', ['5a', '71', 'af', 'ab', '71', 'af', 'ad', '6c', 'ad']],
  ['ev1', ['5a', '71', 'aa', 'af', 'bb', 'aa', 'af', 'bd', 'af', '6c']],
] as const)('begins a session of %s anew when a card has no trip yet', (generation, commands) => {
  const card = createCard({ generation, trips: [], passFile: encodePass(undefined) });
  const { sent, result } = read(card.respond);
  const value = parsedValue(result);

  expect(sent).toEqual(commands);
  expect(value).toMatchObject({ trips: [], tripRecords: nothing });
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

  expect(sent.filter((code) => code === 'af').length).toBeGreaterThan(8);
  expect(result).toMatchObject({ ok: true, value: { pass, balance: 20_000, trips: [lastTrip] } });
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

test.each(['ev1', 'ev2', 'ev3'] as const)('refuses a card of %s with another key', (generation) => {
  expect(read(createCard({ generation }).respond, macKey).result).toMatchObject({
    fault: { reason: 'card-not-genuine' },
  });
});

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
  ['a negative balance', { balance: -1 }],
  ['a balance past the limit', { balance: 2_000_001 }],
])('refuses a card with damaged content: %s', (_, change) => {
  expect(read(createCard(change).respond).result).toMatchObject({
    fault: { reason: 'malformed-token' },
  });
});

test.each(['ev1', 'ev2', 'ev3'] as const)(
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
