import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aVerifyingKey, bytesOf, issuerKey, strangerKey } from '../../../sim/testing/builders.ts';
import { concat, hex, utf8 } from '../bytes.ts';
import { type Cbor, encodeCbor } from './cbor.ts';
import { type CoseSign1, kidBytesMax, parseCose, signCose, verifyCose } from './cose-sign1.ts';
import { verifyingKey } from './verifying-key.ts';

const kid = utf8('k1');
const payload = utf8('payload');
const signed = signCose({ signer: issuerKey, kid }, payload, 'test/1');
const { publicKey } = issuerKey;
const trusted = aVerifyingKey(publicKey);

function envelope(): CoseSign1 {
  const cose = parseCose(signed);
  if (cose === undefined) throw new Error('not an envelope');
  return cose;
}

/** An envelope with parts of its own choosing; the signature is none. */
function parts(change: { header?: Cbor; unprotected?: Cbor; payload?: Cbor; signature?: Cbor }) {
  return encodeCbor([
    change.header ??
      encodeCbor(
        new Map<number, Cbor>([
          [1, -8],
          [4, kid],
        ]),
      ),
    change.unprotected ?? new Map(),
    change.payload ?? payload,
    change.signature ?? new Uint8Array(64),
  ]);
}

test('writes alg and kid into the protected header and nothing beside it', () => {
  const expected = '8447a2012704426b31a0477061796c6f61645840';

  expect(hex(signed.subarray(0, -64))).toBe(expected);
});

test('signs the Sig_structure of RFC 9052 §4.4, with the context as external data', () => {
  const structure = concat(
    bytesOf('84'),
    bytesOf('6a'),
    utf8('Signature1'),
    bytesOf('47a2012704426b31'),
    bytesOf('46'),
    utf8('test/1'),
    bytesOf('47'),
    payload,
  );
  const spki = concat(bytesOf('302a300506032b6570032100'), publicKey);
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });

  expect(verify(null, structure, key, signed.subarray(-64))).toBe(true);
});

test('splits what it signed and verifies it', () => {
  const cose = envelope();

  expect(hex(cose.kid)).toBe(hex(kid));
  expect(hex(cose.payload)).toBe(hex(payload));
  expect(verifyCose(cose, trusted, 'test/1')).toBe(true);
});

test.each([
  ['another payload', { payload: utf8('payloae') }],
  ['an empty payload', { payload: new Uint8Array() }],
  ['another protected header', { protectedHeader: bytesOf('a2012704426b32') }],
  ['another signature', { signature: new Uint8Array(64).fill(1) }],
  ['a short signature', { signature: new Uint8Array(63) }],
])('does not verify %s', (_, change) => {
  expect(verifyCose({ ...envelope(), ...change }, trusted, 'test/1')).toBe(false);
});

test('does not verify under another context or another key', () => {
  expect(verifyCose(envelope(), trusted, 'test/2')).toBe(false);
  expect(verifyCose(envelope(), trusted, '')).toBe(false);
  expect(verifyCose(envelope(), aVerifyingKey(strangerKey.publicKey), 'test/1')).toBe(false);
});

const headerOf = (...entries: [number, Cbor][]) => encodeCbor(new Map(entries));

const noEnvelopes: [string, Uint8Array][] = [
  ['no CBOR', bytesOf('ff')],
  ['no array', encodeCbor(new Map())],
  ['three parts', encodeCbor([headerOf([1, -8]), new Map(), payload])],
  [
    'five parts',
    encodeCbor([headerOf([1, -8], [4, kid]), new Map(), payload, new Uint8Array(64), 0]),
  ],
  ['the tag of COSE_Sign1', concat(bytesOf('d2'), signed)],
  ['a byte after it', concat(signed, bytesOf('00'))],
  ['a header that is not wrapped in bytes', parts({ header: new Map([[1, -8]]) })],
  ['a header that is no map', parts({ header: encodeCbor([1, -8]) })],
  ['an empty header', parts({ header: new Uint8Array() })],
  ['no algorithm', parts({ header: headerOf([4, kid], [5, kid]) })],
  ['ES384', parts({ header: headerOf([1, -35], [4, kid]) })],
  ['a third header', parts({ header: headerOf([1, -8], [4, kid], [5, kid]) })],
  ['no key id', parts({ header: headerOf([1, -8], [5, kid]) })],
  ['a key id that is text', parts({ header: headerOf([1, -8], [4, 'k1']) })],
  ['an empty key id', parts({ header: headerOf([1, -8], [4, new Uint8Array()]) })],
  ['a key id too long', parts({ header: headerOf([1, -8], [4, new Uint8Array(kidBytesMax + 1)]) })],
  ['an unprotected header', parts({ unprotected: new Map([[4, kid]]) })],
  ['an unprotected part that is no map', parts({ unprotected: [] })],
  [
    'a detached payload',
    encodeCbor([headerOf([1, -8], [4, kid]), new Map(), null, new Uint8Array(64)]),
  ],
  ['a payload that is text', parts({ payload: 'payload' })],
  ['a signature that is text', parts({ signature: 'x'.repeat(64) })],
  ['a short signature', parts({ signature: new Uint8Array(63) })],
  ['a long signature', parts({ signature: new Uint8Array(65) })],
];

test.each(noEnvelopes)('takes no envelope with %s', (_, bytes) => {
  expect(parseCose(bytes)).toBeUndefined();
});

test.each([1, kidBytesMax])('takes a key id of %i bytes', (length) => {
  const cose = parseCose(parts({ header: headerOf([1, -8], [4, new Uint8Array(length)]) }));

  expect(cose?.kid).toHaveLength(length);
});

test('notices every single changed bit', () => {
  fc.assert(
    fc.property(fc.nat(signed.length * 8 - 1), (bit) => {
      const bytes = signed.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const cose = parseCose(bytes);

      expect(cose !== undefined && verifyCose(cose, trusted, 'test/1')).toBe(false);
    }),
    { numRuns: 300 },
  );
});

/**
 * RFC 8392 §A.3, a CWT signed with ES256, and its key of §A.2.3. It names the key in the header that
 * is not protected, and has a tag, both of which the envelope here refuses: so its parts are typed
 * in one by one, and only what signs them is checked.
 */
const cwt = {
  protectedHeader: bytesOf('a10126'),
  kid: utf8('AsymmetricECDSA256'),
  payload: bytesOf(
    'a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b7703' +
      '7818636f61703a2f2f6c696768742e6578616d706c652e636f6d041a5612aeb0' +
      '051a5610d9f0061a5610d9f007420b71',
  ),
  signature: bytesOf(
    '5427c1ff28d23fbad1f29c4c7c6a555e601d6fa29f9179bc3d7438bacaca5acd' +
      '08c8d4d4f96131680c429a01f85951ecee743a52b9b63632c57209120e1c9e30',
  ),
};
const cwtPoint = bytesOf(
  '04' +
    '143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f' +
    '60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9',
);

test('verifies the signed CWT of RFC 8392 §A.3, and no other claims under its signature', () => {
  const key = verifyingKey('ES256', cwtPoint);
  if (key === undefined) throw new Error('not a public key');
  const cose: CoseSign1 = { algorithm: 'ES256', ...cwt };
  const later = Uint8Array.from(cwt.payload);
  later[later.length - 1] = (later.at(-1) ?? 0) ^ 1;

  expect(verifyCose(cose, key, '')).toBe(true);
  expect(verifyCose({ ...cose, payload: later }, key, '')).toBe(false);
  expect(verifyCose(cose, key, 'test/1')).toBe(false);
});

test('takes the CWT of RFC 8392 §A.3 as a whole for no envelope of ours', () => {
  const { protectedHeader, kid: name, payload: claims, signature } = cwt;
  const whole = encodeCbor([protectedHeader, new Map([[4, name]]), claims, signature]);

  expect(parseCose(whole)).toBeUndefined();
  expect(parseCose(concat(bytesOf('d2'), whole))).toBeUndefined();
});
