import { expect, test } from 'vitest';
import { bytesOf } from '../../../../sim/testing/builders.ts';
import { concat, hex } from '../../bytes.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import { faulty } from '../../parsed.ts';
import {
  parseTransaction,
  transactionInput,
  transactionMac,
  type ValidatorTransaction,
  validatorTransaction,
  verifyTransactionMac,
} from './transaction-mac.ts';

/** A test key. */
const key = bytesOf('0f1e2d3c4b5a69788796a5b4c3d2e1f0');
const uid = bytesOf('04112233445566');
const zeros = (bytes: number) => '00'.repeat(bytes);

const before = '01016ad0c0c000000dac00000001000000000001000000000009000000000000';
const after = '01016ae7d28000000daca1b2c3d400000000000200000000002a000000000000';
const held: ValidatorTransaction = {
  passFile: bytesOf('09a104666c616e736961'),
  balanceBefore: 20_000,
  tripsBefore: bytesOf(before),
  amount: 3_500,
  trip: {
    at: 0x6ae7d280,
    amount: 3_500,
    deviceTag: bytesOf('a1b2c3d4'),
    epoch: 2,
    seq: 42,
  },
};

/** Spelled by hand after MF2DL(H)x0 data sheet §10.3.4. */
const readTrips = `ab03000000010000${zeros(8)}${before}`;
const readPass = `ad01000000600000${zeros(8)}09a104666c616e736961${zeros(86)}`;
const getValue = `6c02204e0000${zeros(10)}`;
const debit = `dc02ac0d0000${zeros(10)}`;
const write = `8b03000000200000${zeros(8)}${after}`;

test('puts each command of a transaction into whole blocks', () => {
  expect(hex(transactionInput(validatorTransaction(held)))).toBe(
    readTrips + readPass + getValue + debit + write,
  );
});

test('leaves out a trip that the card did not have', () => {
  const first = { ...held, tripsBefore: new Uint8Array() };

  expect(hex(transactionInput(validatorTransaction(first)))).toBe(
    readPass + getValue + debit + write,
  );
});

test('counts the trips that the card had', () => {
  const two = { ...held, tripsBefore: bytesOf(before + before) };

  expect(hex(transactionInput(validatorTransaction(two)))).toBe(
    `ab03000000020000${zeros(8)}${before}${before}${readPass}${getValue}${debit}${write}`,
  );
});

test('leaves out a debit where the ride costs nothing now', () => {
  const free = { ...held, amount: 0, trip: { ...held.trip, amount: 0 } };
  const written = write.replace('00000dac', '00000000');

  expect(hex(transactionInput(validatorTransaction(free)))).toBe(
    readTrips + readPass + getValue + written,
  );
});

test('derives the key from the counter and the UID, and keeps every second byte', () => {
  const commands = validatorTransaction(held);
  const counter = 0x03020105;
  const whole = aesCmac(
    aesCmac(key, concat(bytesOf('5a0001008005010203'), uid)),
    bytesOf(readTrips + readPass + getValue + debit + write),
  );

  expect(hex(transactionMac({ key, uid, counter, commands }))).toBe(
    hex(whole.filter((_, index) => index % 2 === 1)),
  );
});

test.each([
  ['what the card committed', {}, true],
  ['another key', { key: new Uint8Array(16) }, false],
  ['another counter', { counter: 6 }, false],
  ['another UID', { uid: bytesOf('04112233445567') }, false],
  ['another MAC', { mac: new Uint8Array(8) }, false],
  ['no MAC', { mac: new Uint8Array() }, false],
  ['no commands', { commands: [] }, false],
  ['another fare', { commands: validatorTransaction({ ...held, amount: 3_499 }) }, false],
])('verifies %s', (_, change, genuine) => {
  const claim = { key, uid, counter: 5, commands: validatorTransaction(held) };
  const mac = transactionMac(claim);

  expect(verifyTransactionMac({ ...claim, mac, ...change })).toBe(genuine);
});

test('reads counter and MAC', () => {
  expect(parseTransaction(bytesOf('05000080a1a2a3a4a5a6a7a8'))).toEqual({
    ok: true,
    value: { counter: 0x80000005, mac: bytesOf('a1a2a3a4a5a6a7a8') },
  });
});

test.each([0, 11, 13])('reads no transaction of %i bytes', (length) => {
  expect(parseTransaction(new Uint8Array(length))).toEqual(
    faulty('card-answer-invalid', `a transaction of ${length} bytes`),
  );
});
