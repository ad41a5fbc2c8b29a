import { expect, test } from 'vitest';
import { aTicket, issuerKey, someNow, strangerKey } from '../../../sim/testing/builders.ts';
import { aReceipt } from '../../../sim/testing/row-builders.ts';
import type { Cbor } from '../crypto/cbor.ts';
import { signWord } from './backend-word.ts';
import {
  type EpochGrant,
  openEpochGrant,
  originOf,
  provisionalEpochMin,
  signEpochGrant,
} from './epoch-grant.ts';
import { openReceipt, signReceipt } from './receipt.ts';

const { publicKey } = issuerKey;
const grant: EpochGrant = { device: 'bus-1', epoch: 7, issuedAt: someNow };

function signedFields(change: Readonly<Record<string, Cbor>>): Uint8Array {
  return signWord(issuerKey, { ...grant, ...change }, 'halte/epoch-grant/1');
}

test.each([1, 7, provisionalEpochMin - 1])('opens the grant of epoch %i', (epoch) => {
  const signed = signEpochGrant(issuerKey, { ...grant, epoch });

  expect(openEpochGrant(signed, publicKey)).toEqual({ ...grant, epoch });
});

test('opens nothing that another key signed', () => {
  const signed = signEpochGrant(issuerKey, grant);

  expect(openEpochGrant(signEpochGrant(strangerKey, grant), publicKey)).toBeUndefined();
  expect(openEpochGrant(signed, strangerKey.publicKey)).toBeUndefined();
  expect(openEpochGrant(signed, new Uint8Array())).toBeUndefined();
});

test('opens no grant with any one byte changed, or cut short', () => {
  const bytes = signEpochGrant(issuerKey, grant);
  const places = Array.from(bytes.keys());
  const changed = places.map((place) => bytes.map((byte, at) => (at === place ? byte ^ 1 : byte)));
  const cut = places.map((place) => bytes.slice(0, place));

  const opened = [...changed, ...cut].filter((each) => openEpochGrant(each, publicKey));

  expect(opened).toEqual([]);
});

test('takes no receipt for a grant, and no grant for a receipt, though the key is the same', () => {
  const asReceipt = signWord(issuerKey, { ...grant }, 'halte/receipt/1');
  const asGrant = signWord(issuerKey, { ...aReceipt() }, 'halte/epoch-grant/1');

  expect(openEpochGrant(asReceipt, publicKey)).toBeUndefined();
  expect(openReceipt(asGrant, publicKey)).toBeUndefined();
  expect(openEpochGrant(signReceipt(issuerKey, aReceipt()), publicKey)).toBeUndefined();
  expect(openEpochGrant(aTicket(), publicKey)).toBeUndefined();
});

test.each([
  ['an epoch of zero', signedFields({ epoch: 0 })],
  ['an epoch below zero', signedFields({ epoch: -1 })],
  ['a provisional epoch', signedFields({ epoch: provisionalEpochMin })],
  ['an epoch as text', signedFields({ epoch: '7' })],
  ['an epoch between two', signedFields({ epoch: 7.5 })],
  ['a device that is a number', signedFields({ device: 1 })],
  ['a time below zero', signedFields({ issuedAt: -1 })],
  ['a time that is null', signedFields({ issuedAt: null })],
])('opens nothing with %s', (_, bytes) => {
  expect(openEpochGrant(bytes, publicKey)).toBeUndefined();
});

test.each(Object.keys(grant))('opens no grant without its %s', (name) => {
  const fields = Object.fromEntries(Object.entries(grant).filter(([field]) => field !== name));
  const signed = signWord(issuerKey, fields, 'halte/epoch-grant/1');

  expect(openEpochGrant(signed, publicKey)).toBeUndefined();
});

test('ignores fields that a newer backend adds', () => {
  expect(openEpochGrant(signedFields({ region: 'jateng' }), publicKey)).toEqual(grant);
});

test('tells granted epochs from provisional ones by size', () => {
  const origins = [1, provisionalEpochMin - 1, provisionalEpochMin, 2 ** 48 - 1].map(originOf);

  expect(origins).toEqual(['granted', 'granted', 'provisional', 'provisional']);
});
