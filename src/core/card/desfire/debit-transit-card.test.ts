import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import {
  aTrip,
  cardRead,
  converse,
  createCard,
  flipped,
  lastTrip,
  macKey,
  nothing,
  order,
  twisted,
  uid,
} from '../../../../sim/testing/transit-dialogue.ts';
import { validatorTransaction, verifyTransactionMac } from './transaction-mac.ts';
import { encodeTrip } from './trip-record.ts';

test.each([
  ['ev2', ['dc', '8b', 'c7']],
  ['ev3', ['dc', '8b', 'c7']],
  ['ev1', ['dc', '3b', 'c7']],
] as const)('debits a card of %s and writes the trip', (generation, commands) => {
  const card = createCard({ generation });
  const { sent, result } = converse(cardRead(card.respond).debit(order), card.respond);

  expect(sent).toEqual(commands);
  expect(result).toMatchObject({ ok: true, value: { result: 'committed' } });
  expect(card.balance()).toBe(16_500);
  expect(cardRead(card.respond)).toMatchObject({ balance: 16_500, trips: [order.trip, lastTrip] });
});

test.each([
  ['ev2', ['8b', 'c7']],
  ['ev1', ['3b', 'c7']],
] as const)('writes a ride that costs nothing to a card of %s', (generation, commands) => {
  const card = createCard({ generation });
  const free = { amount: 0, trip: aTrip({ amount: 0 }) };
  const { sent, result } = converse(cardRead(card.respond).debit(free), card.respond);

  expect(sent).toEqual(commands);
  expect(result).toMatchObject({ ok: true, value: { result: 'committed' } });
  expect(cardRead(card.respond)).toMatchObject({ balance: 20_000, trips: [free.trip, lastTrip] });
});

test.each([
  ['with a trip', [encodeTrip(lastTrip)]],
  ['with many', Array.from({ length: 10 }, (_, seq) => encodeTrip(aTrip({ seq })))],
  ['with one of tomorrow', [new Uint8Array(32).fill(3), encodeTrip(lastTrip)]],
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
    tripsBefore: before.tripRecords,
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
  expect(verify({ tripsBefore: encodeTrip(aTrip({ seq: 99 })) })).toBe(false);
  expect(verify({}, { counter: 6 })).toBe(false);
  expect(verify({}, { uid: bytesOf('04112233445567') })).toBe(false);
});

test.each(['ev1', 'ev2', 'ev3'] as const)(
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
  expect(before).toMatchObject({ trips: [lastTrip], balance: 20_000 });
  expect(cardRead(card.respond)).toMatchObject({ trips: [order.trip, lastTrip], balance: 16_500 });
});

test.each([-1, 0.5, 2_000_001, Number.NaN])('debits no %d rupiah', (amount) => {
  const { debit } = cardRead(createCard().respond);

  expect(() => debit({ ...order, amount })).toThrow(RangeError);
});
