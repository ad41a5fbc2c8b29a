import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { bytesOf } from '../../sim/testing/builders.ts';
import { hex } from '../core/bytes.ts';
import { publicKeyBytes } from './public-key.ts';

/** Key K1 of the tests of pretix/libpretixsync, base64 of a PEM as pretix shows it. */
const pretixKey =
  'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUNvd0JRWURLMlZ3QXlFQTdBRDcvdkZBMzNFc1k0ejJQSHI3aVpQc1o4bjVkaDBhalA4Z3l6Tm1tSXM9Ci0tLS0tRU5EIFBVQkxJQyBLRVktLS0tLQo=';
const raw = 'ec00fbfef140df712c638cf63c7afb8993ec67c9f9761d1a8cff20cb3366988b';

test('reads a key in hexadecimal, as PEM, and as base64 of a PEM', () => {
  const pem = Buffer.from(pretixKey, 'base64').toString();

  for (const text of [raw, pem, pretixKey]) {
    expect(hex(publicKeyBytes(text) ?? bytesOf('00'))).toBe(raw);
  }
});

test('reads a P-256 key as an uncompressed point', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat(['', x, y].map((part) => Buffer.from(part, 'base64url')));

  const bytes = publicKeyBytes(publicKey.export({ format: 'pem', type: 'spki' }).toString());

  expect(hex(bytes ?? bytesOf('00'))).toBe(`04${hex(point)}`);
});

test.each(['', 'nothing', 'zz', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'])(
  'finds no key in "%s"',
  (text) => {
    expect(publicKeyBytes(text)).toBeUndefined();
  },
);
