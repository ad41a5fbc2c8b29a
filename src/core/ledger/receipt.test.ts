import { expect, test } from 'vitest';
import { aTicket, issuerKey, strangerKey } from '../../../sim/testing/builders.ts';
import { aReceipt } from '../../../sim/testing/row-builders.ts';
import { type Cbor, encodeCbor } from '../crypto/cbor.ts';
import { parseCose, signCose } from '../crypto/cose-sign1.ts';
import { sha256 } from '../crypto/sha256.ts';
import { openReceipt, signReceipt } from './receipt.ts';

const { publicKey } = issuerKey;
const context = 'halte/receipt/1';

/** A receipt that is well signed, whatever it says. */
function signed(payload: Cbor): Uint8Array {
  return signCose({ signer: issuerKey, kid: Uint8Array.of(1) }, encodeCbor(payload), context);
}

function signedFields(change: Readonly<Record<string, Cbor>>): Uint8Array {
  return signed(new Map(Object.entries({ ...aReceipt(), ...change })));
}

test.each(['ledger', 'quarantine'] as const)('opens what the backend holds in its %s', (held) => {
  const receipt = aReceipt({ held });

  expect(openReceipt(signReceipt(issuerKey, receipt), publicKey)).toEqual(receipt);
});

test('names the key that signed by eight bytes of its hash', () => {
  const cose = parseCose(signReceipt(issuerKey, aReceipt()));

  expect(cose?.kid).toEqual(sha256(publicKey).slice(0, 8));
});

test('opens a receipt before the first row', () => {
  const receipt = aReceipt({ durableSeq: 0, tip: new Uint8Array(32) });

  expect(openReceipt(signReceipt(issuerKey, receipt), publicKey)).toEqual(receipt);
});

test('opens nothing that another key signed', () => {
  expect(openReceipt(signReceipt(strangerKey, aReceipt()), publicKey)).toBeUndefined();
  expect(openReceipt(signReceipt(issuerKey, aReceipt()), strangerKey.publicKey)).toBeUndefined();
});

test('opens no receipt with any one byte changed', () => {
  const bytes = signReceipt(issuerKey, aReceipt());
  const places = Array.from(bytes.keys());

  const opened = places.filter((place) =>
    openReceipt(
      bytes.map((byte, at) => (at === place ? byte ^ 1 : byte)),
      publicKey,
    ),
  );

  expect(opened).toEqual([]);
});

test('opens no ticket, though the same key had signed it', () => {
  const payload = encodeCbor(new Map(Object.entries({ ...aReceipt() })));

  expect(openReceipt(aTicket(), publicKey)).toBeUndefined();
  expect(
    openReceipt(
      signCose({ signer: issuerKey, kid: Uint8Array.of(1) }, payload, 'halte/ticket/1'),
      publicKey,
    ),
  ).toBeUndefined();
});

test.each([
  ['no bytes', new Uint8Array()],
  ['no envelope', encodeCbor(1)],
  ['a payload that is no map', signed([1])],
  [
    'a payload that is no CBOR',
    signCose({ signer: issuerKey, kid: Uint8Array.of(1) }, Uint8Array.of(0xff), context),
  ],
  ['an unknown way of holding', signedFields({ held: 'nowhere' })],
  ['a device that is a number', signedFields({ device: 1 })],
  ['an epoch below zero', signedFields({ epoch: -1 })],
  ['an epoch between two', signedFields({ epoch: 0.5 })],
  ['an epoch as text', signedFields({ epoch: '1' })],
  ['a seq below zero', signedFields({ durableSeq: -1 })],
  ['a seq that is null', signedFields({ durableSeq: null })],
  ['a time below zero', signedFields({ serverTime: -1 })],
  ['a tip as text', signedFields({ tip: 'x'.repeat(32) })],
  ['a short tip', signedFields({ tip: new Uint8Array(31) })],
  ['a long tip', signedFields({ tip: new Uint8Array(33) })],
])('opens nothing with %s', (_, bytes) => {
  expect(openReceipt(bytes, publicKey)).toBeUndefined();
});

test.each(Object.keys(aReceipt()))('opens no receipt without its %s', (name) => {
  const fields = Object.entries(aReceipt()).filter(([field]) => field !== name);

  expect(openReceipt(signed(new Map(fields)), publicKey)).toBeUndefined();
});

test('ignores fields that a newer backend adds', () => {
  expect(openReceipt(signedFields({ region: 'jateng' }), publicKey)).toEqual(aReceipt());
});
