import { expect, test } from 'vitest';
import { ed25519PrivateKey } from '../crypto/ed25519.ts';
import { openReceipt, signReceipt } from './receipt.ts';
import { openServerTime, signServerTime } from './server-time.ts';

const key = ed25519PrivateKey(new Uint8Array(32).fill(3));
const time = { device: 'bus-1', nonce: new Uint8Array(16).fill(7), serverTime: 1_800_000_000_000 };
const signed = signServerTime(key, time);

test('opens what it signed', () => {
  expect(openServerTime(signed, key.publicKey)).toEqual(time);
});

test.each([
  ['of another key', signServerTime(ed25519PrivateKey(new Uint8Array(32).fill(4)), time)],
  ['with a bit changed', signed.map((byte, at) => (at === signed.length - 70 ? byte ^ 1 : byte))],
  ['with a short nonce', signServerTime(key, { ...time, nonce: new Uint8Array(8) })],
  ['with a time before 1970', signServerTime(key, { ...time, serverTime: -1 })],
  ['cut short', signed.subarray(0, 40)],
  ['of no bytes', new Uint8Array()],
])('believes nothing %s', (_what, bytes) => {
  expect(openServerTime(bytes, key.publicKey)).toBeUndefined();
});

test('passes for no receipt, and no receipt for it', () => {
  const receipt = { device: 'bus-1', epoch: 1, durableSeq: 1, tip: new Uint8Array(32) };
  const bytes = signReceipt(key, { held: 'ledger', ...receipt, serverTime: time.serverTime });

  expect(openServerTime(bytes, key.publicKey)).toBeUndefined();
  expect(openReceipt(signed, key.publicKey)).toBeUndefined();
});
