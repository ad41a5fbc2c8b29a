import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { concat, hex } from '../bytes.ts';
import { ev2Keys } from '../card/desfire/ev2-session.ts';
import { encryptBlock, encryptCbc, zeroBlock } from './aes.ts';
import { aesCmac, paddedCmac } from './aes-cmac.ts';

/** NIST SP 800-38B, appendix D.1, AES-128. */
const key = bytesOf('2b7e151628aed2a6abf7158809cf4f3c');
const message =
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
  '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';

test.each([
  [0, 'bb1d6929e95937287fa37d129b756746'],
  [16, '070a16b46b4d4144f79bdd9dd04a287c'],
  [40, 'dfa66747de9ae63030ca32611497c827'],
  [64, '51f0bebf7e3b9d92fc49741779363cfe'],
])('computes the CMAC of %i bytes as SP 800-38B does', (length, mac) => {
  expect(hex(aesCmac(key, bytesOf(message).subarray(0, length)))).toBe(mac);
});

test('starts from the chain it is given', () => {
  const half = bytesOf(message).subarray(0, 32);
  const chain = bytesOf('00000000000000000000000000000001');
  const shifted = Uint8Array.from(half);
  shifted[15] = (shifted[15] ?? 0) ^ 1;

  expect(hex(aesCmac(key, half, chain))).toBe(hex(aesCmac(key, shifted)));
});

test('pads a short message to as many blocks as it is told', () => {
  const short = bytesOf('0102');

  expect(hex(paddedCmac(key, short, { blocks: 1 }))).toBe(hex(aesCmac(key, short)));
  expect(hex(paddedCmac(key, short, { blocks: 2 }))).not.toBe(hex(aesCmac(key, short)));
});

test('pads nothing that is longer than the blocks', () => {
  expect(() => paddedCmac(key, new Uint8Array(33), { blocks: 2 })).toThrow(RangeError);
});

/** NXP AN10922 §2.2.1, AES-128. */
const an10922 = {
  key: bytesOf('00112233445566778899aabbccddeeff'),
  k0: 'fde4fbae4a09e020eff722969f83832b',
  k1: bytesOf('fbc9f75c9413c041dfee452d3f0706d1'),
  k2: bytesOf('f793eeb928278083bfdc8a5a7e0e0d25'),
  /** 01, then UID, application identifier and system identifier. */
  input: bytesOf('0104782e21801d803042f54e585020416275'),
  diversified: 'a8dd63a3b89d54b37ca802473fda9175',
};

test('begins as AN10922 with K0, the zero block enciphered', () => {
  expect(hex(encryptBlock(an10922.key, zeroBlock))).toBe(an10922.k0);
});

test('masks a whole last block with K1 of AN10922: K1 itself becomes the zero block', () => {
  expect(hex(aesCmac(an10922.key, an10922.k1))).toBe(an10922.k0);
});

test('masks a padded last block with K2 of AN10922: K2 with the padding undone becomes it', () => {
  const chain = Uint8Array.from(an10922.k2);
  chain[0] = (chain[0] ?? 0) ^ 0x80;

  expect(hex(aesCmac(an10922.key, new Uint8Array(), chain))).toBe(an10922.k0);
});

test('diversifies the key of AN10922 over two blocks', () => {
  const { key, input, diversified } = an10922;

  expect(hex(paddedCmac(key, input, { blocks: 2 }))).toBe(diversified);
});

/** NXP AN12196 §6.6: with the factory key, all zero. */
const an12196 = {
  readerNonce: bytesOf('13c5db8a5930439fc3def9a4c675360f'),
  cardNonce: bytesOf('b9e2fc789b64bf237cccaa20ec7e6e48'),
  challenge: 'a04c124213c186f22399d33ac2a30215',
  encryptionKey: '1309c877509e5a215007ff0ed19ca564',
  macKey: '4c6626f5e72ea694202139295c7a7fc7',
};

test('derives the session keys of AN12196 §6.6', () => {
  const { readerNonce, cardNonce, challenge, encryptionKey, macKey } = an12196;

  const keys = ev2Keys(zeroBlock, readerNonce, cardNonce);

  expect(hex(encryptCbc(zeroBlock, zeroBlock, cardNonce))).toBe(challenge);
  expect(hex(keys.encryptionKey)).toBe(encryptionKey);
  expect(hex(keys.macKey)).toBe(macKey);
});

test('derives them from the session vectors by CMAC and nothing else', () => {
  const { readerNonce: reader, cardNonce: card, encryptionKey, macKey } = an12196;
  const mixed = reader.subarray(2, 8).map((byte, index) => byte ^ (card[index] ?? 0));
  const rest = concat(reader.subarray(0, 2), mixed, card.subarray(6), reader.subarray(8));

  expect(hex(aesCmac(zeroBlock, concat(bytesOf('a55a00010080'), rest)))).toBe(encryptionKey);
  expect(hex(aesCmac(zeroBlock, concat(bytesOf('5aa500010080'), rest)))).toBe(macKey);
});
