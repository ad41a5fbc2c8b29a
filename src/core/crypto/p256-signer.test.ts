import { createPublicKey, ECDH, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeP256Key } from '../../../sim/p256-key.ts';
import { hex, utf8 } from '../bytes.ts';
import { compressedPoint, p256Signer } from './p256-signer.ts';
import { verifies, verifyingKey } from './verifying-key.ts';

/** RFC 6979 §A.2.5: the private key x as SEC 1 in PKCS #8, and its public point. */
const rfcPrivate = 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721';
const rfcPoint =
  '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';
const pkcs8 = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';

function pemOf(der: string): string {
  const body = Buffer.from(der, 'hex').toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
}

test('tells the public key of a published private one', () => {
  const signer = p256Signer(pemOf(pkcs8 + rfcPrivate));

  expect(hex(signer?.publicKey ?? new Uint8Array())).toBe(`03${rfcPoint.slice(2, 66)}`);
});

test('signs what verifies under its public key, and under no other', () => {
  const message = utf8('sample');
  const [signer, other] = [p256Signer(makeP256Key()), p256Signer(makeP256Key())];
  const signature = signer?.sign(message) ?? new Uint8Array();

  const holds = [signer, other].map((by) => {
    const key = verifyingKey('ES256', by?.publicKey ?? new Uint8Array());
    return key && verifies(key, message, signature);
  });

  expect(holds).toEqual([true, false]);
  expect(signature).toHaveLength(64);
});

test('compresses points as OpenSSL does, with either sign', () => {
  const points = Array.from({ length: 16 }, () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
  });

  const signs = points.map((point) => {
    const expected = ECDH.convertKey(point, 'prime256v1', undefined, 'hex', 'compressed');
    expect(hex(compressedPoint(point))).toBe(expected);
    return compressedPoint(point)[0];
  });

  expect(new Set(signs)).toEqual(new Set([2, 3]));
});

test.each([
  ['nothing', ''],
  ['a seed', 'ab'.repeat(32)],
  ['a key on another curve', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['an Ed25519 key', generateKeyPairSync('ed25519').privateKey],
  ['a public key', createPublicKey(makeP256Key())],
])('takes %s for no key', (_, key) => {
  const type = typeof key !== 'string' && key.type === 'public' ? 'spki' : 'pkcs8';
  const pem = typeof key === 'string' ? key : key.export({ format: 'pem', type: type as 'pkcs8' });

  expect(p256Signer(pem.toString())).toBeUndefined();
});
