import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { utf8 } from '../core/bytes.ts';
import { x25519PrivateKey } from '../core/crypto/x25519.ts';
import { createSealer, secretBytesMax } from '../sync/sealing.ts';
import { createOpener } from './opening.ts';

/** Test keys: everybody can read them, nothing may be sealed to them. */
const today = utf8('halte test key - of the backend!');
const lastYear = utf8('halte test key - it is replaced!');
const strange = utf8('halte test key - of nobody known');
const secret = utf8('a payment code');

function sealedTo(privateKey: Uint8Array, sealing: { device?: string; secret?: Uint8Array } = {}) {
  const recipient = x25519PrivateKey(privateKey).publicKey.bytes;
  const deps = { entropy: createSimEntropy(1) };
  const sealer = createSealer(deps, { recipient, device: sealing.device ?? 'bus-1' });
  return sealer.seal(sealing.secret ?? secret);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

test.each([
  ["today's", today],
  ["last year's", lastYear],
])('opens what was sealed to %s key', (_, key) => {
  const opened = createOpener([today, lastYear]).open(sealedTo(key), 'bus-1');

  expect(opened.ok && opened.secret.reveal()).toEqual(secret);
});

test('opens every secret of every device as it was', () => {
  const opener = createOpener([today]);

  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: secretBytesMax }),
      fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
      (bytes, device) => {
        const opened = opener.open(sealedTo(today, { device, secret: bytes }), device);
        expect(opened.ok && opened.secret.reveal()).toEqual(bytes);
      },
    ),
    { numRuns: 50 },
  );
});

test('does not open as the secret of another device', () => {
  const opener = createOpener([today]);

  expect(opener.open(sealedTo(today), 'bus-2')).toEqual({
    ok: false,
    failure: 'sealed/does-not-open',
  });
});

test('says that it has no key for what was sealed to another', () => {
  const opened = createOpener([today, lastYear]).open(sealedTo(strange), 'bus-1');

  expect(opened).toEqual({ ok: false, failure: 'sealed/unknown-key' });
});

test('opens nothing of which one bit is different, and says why', () => {
  const opener = createOpener([today]);
  const sealed = sealedTo(today);

  const failures = [...sealed.keys()].map((at) => opener.open(flipped(sealed, at), 'bus-1'));

  const expected = (at: number) =>
    at === 0 ? 'sealed/malformed' : at < 5 ? 'sealed/unknown-key' : 'sealed/does-not-open';
  expect(failures).toEqual(failures.map((_, at) => ({ ok: false, failure: expected(at) })));
});

test.each([
  ['nothing', 0],
  ['a header alone', 5],
  ['the sealing of no bytes', 53],
  ['more than can have been sealed', 53 + secretBytesMax + 1],
])('takes %s for malformed', (_, length) => {
  const bytes = new Uint8Array(length).fill(1);

  expect(createOpener([today]).open(bytes, 'bus-1')).toEqual({
    ok: false,
    failure: 'sealed/malformed',
  });
});
