import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex, utf8 } from '../bytes.ts';
import { ed25519PrivateKey } from './ed25519.ts';
import { verifies, verifyingKey } from './verifying-key.ts';

function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = verifyingKey('EdDSA', publicKey);
  return key !== undefined && verifies(key, message, signature);
}

/** RFC 8032 §7.1, tests 1 to 3: secret key, public key, message, signature. */
const vectors = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

test.each(vectors)('signs as in RFC 8032 with %s', (seed, publicKey, message, signature) => {
  const key = ed25519PrivateKey(bytesOf(seed));

  expect(hex(key.publicKey)).toBe(publicKey);
  expect(hex(key.sign(bytesOf(message)))).toBe(signature);
  expect(verifyEd25519(bytesOf(publicKey), bytesOf(message), bytesOf(signature))).toBe(true);
});

test('agrees with the JWS example of RFC 8037 appendix A.4', () => {
  const seed = Buffer.from('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', 'base64url');
  const message = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc';
  const expected =
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg';

  const signature = ed25519PrivateKey(seed).sign(utf8(message));

  expect(Buffer.from(signature).toString('base64url')).toBe(expected);
});

const [, publicKey, message, signature] = vectors[2].map((text) => bytesOf(text)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

function changed(bytes: Uint8Array, place: number): Uint8Array {
  return bytes.map((byte, at) => (at === place ? byte ^ 1 : byte));
}

test('refuses a signature with any one byte changed', () => {
  const places = Array.from(signature.keys());

  const accepted = places.filter((at) => verifyEd25519(publicKey, message, changed(signature, at)));

  expect(accepted).toEqual([]);
});

test('refuses another message and another key', () => {
  expect(verifyEd25519(publicKey, changed(message, 1), signature)).toBe(false);
  expect(verifyEd25519(changed(publicKey, 0), message, signature)).toBe(false);
  expect(verifyEd25519(bytesOf(vectors[0][1]), message, signature)).toBe(false);
});

test.each([
  ['a key too short', publicKey.slice(1), signature],
  ['a key too long', Uint8Array.of(...publicKey, 0), signature],
  ['no key', new Uint8Array(), signature],
  ['a signature too short', publicKey, signature.slice(0, 63)],
  ['a signature too long', publicKey, Uint8Array.of(...signature, 0)],
  ['no signature', publicKey, new Uint8Array()],
])('refuses %s', (_, key, sign) => {
  expect(verifyEd25519(key, message, sign)).toBe(false);
});

test('refuses the second spelling of a signature, S plus the order of the group', () => {
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const scalar = BigInt(`0x${hex(signature.slice(32).reverse())}`) + order;
  const spelling = bytesOf(scalar.toString(16).padStart(64, '0')).reverse();

  expect(
    verifyEd25519(publicKey, message, Uint8Array.of(...signature.slice(0, 32), ...spelling)),
  ).toBe(false);
});

/** y of the points of small order and their other spellings; each also with the sign bit set. */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((y) => {
  const point = bytesOf(y);
  return [point, point.map((byte, at) => (at === 31 ? byte | 0x80 : byte))];
});

test('verifies nothing with a key of small order, for which anybody can sign', () => {
  const scalarZero = new Uint8Array(32);
  const messages = Array.from({ length: 16 }, (_, byte) => Uint8Array.of(byte));

  const accepted = smallOrder.flatMap((key) =>
    smallOrder.flatMap((point) =>
      messages.filter((text) => verifyEd25519(key, text, Uint8Array.of(...point, ...scalarZero))),
    ),
  );

  expect(accepted).toEqual([]);
});

test('leaves the key that it judges as it was', () => {
  const key = Buffer.from(publicKey);

  verifyEd25519(key, message, signature);

  expect(hex(key)).toBe(hex(publicKey));
});

test.each([0, 31, 33])('makes no private key of %i bytes', (length) => {
  expect(() => ed25519PrivateKey(new Uint8Array(length))).toThrow(
    new RangeError(`an Ed25519 seed has 32 bytes, not ${length}`),
  );
});
