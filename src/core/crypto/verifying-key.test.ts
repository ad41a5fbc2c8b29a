import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { concat, utf8 } from '../bytes.ts';
import { verifies, verifyingKey } from './verifying-key.ts';

/**
 * RFC 6979 appendix A.2.5 (P-256, SHA-256): the public key, and its signatures of "sample" and
 * "test".
 */
const x = bytesOf('60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6');
const y = bytesOf('7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299');
const signatures = [
  [
    'sample',
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  ],
  [
    'test',
    'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
  ],
] as const;

const uncompressed = concat(Uint8Array.of(4), x, y);
/** y ends in 99, an odd number. */
const compressed = concat(Uint8Array.of(3), x);

test.each(signatures)('verifies the signature of "%s" in RFC 6979', (message, signature) => {
  for (const bytes of [uncompressed, compressed]) {
    const key = verifyingKey('ES256', bytes);

    expect(key && verifies(key, utf8(message), bytesOf(signature))).toBe(true);
    expect(key && verifies(key, utf8(`${message}.`), bytesOf(signature))).toBe(false);
  }
});

test('refuses a signature with any one byte changed', () => {
  const key = verifyingKey('ES256', compressed);
  const signature = bytesOf(signatures[0][1]);

  const accepted = signature.filter((_, place) => {
    const changed = signature.map((byte, at) => (at === place ? byte ^ 1 : byte));
    return key && verifies(key, utf8('sample'), changed);
  });

  expect(accepted).toHaveLength(0);
});

test('takes r ‖ s of 64 bytes only, not the DER form nor another length', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([
    Uint8Array.of(4),
    ...[x, y].map((c) => Buffer.from(c, 'base64url')),
  ]);
  const key = verifyingKey('ES256', point);
  const der = sign('sha256', utf8('m'), privateKey);
  const flat = sign('sha256', utf8('m'), { key: privateKey, dsaEncoding: 'ieee-p1363' });

  expect(key && verifies(key, utf8('m'), flat)).toBe(true);
  expect(key && verifies(key, utf8('m'), der)).toBe(false);
  expect(key && verifies(key, utf8('m'), flat.subarray(1))).toBe(false);
});

test.each([
  ['no bytes', new Uint8Array()],
  ['an Ed25519 key', x],
  ['a point that is not on the curve', concat(Uint8Array.of(4), x, x)],
  ['an x without a point', concat(Uint8Array.of(2), new Uint8Array(32).fill(0xff))],
  ['the point at infinity', new Uint8Array(65)],
  ['a wrong first byte', concat(Uint8Array.of(5), x)],
])('has no P-256 key of %s', (_, bytes) => {
  expect(verifyingKey('ES256', bytes)).toBeUndefined();
});

test('verifies no Ed25519 signature with a P-256 key of the same bytes', () => {
  const seed = createPrivateKey({
    key: Buffer.concat([bytesOf('302e020100300506032b657004220420'), new Uint8Array(32).fill(9)]),
    format: 'der',
    type: 'pkcs8',
  });
  const raw = createPublicKey(seed).export({ format: 'der', type: 'spki' }).subarray(-32);
  const signature = sign(null, utf8('m'), seed);

  const edDsa = verifyingKey('EdDSA', raw);

  expect(edDsa && verifies(edDsa, utf8('m'), signature)).toBe(true);
  expect(verifyingKey('ES256', concat(Uint8Array.of(2), raw))?.algorithm ?? 'ES256').toBe('ES256');
  expect(verifyingKey('EdDSA', compressed)).toBeUndefined();
});
