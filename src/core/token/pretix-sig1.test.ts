import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPretixOffice, pretixText } from '../../../sim/pretix-office.ts';
import {
  aListing,
  aVerifyingKey,
  bytesOf,
  issuerKey,
  keyed,
  parsedValue,
  type RulesChange,
  someHistory,
  someNow,
  someRules,
  someSituation,
  strangerKey,
} from '../../../sim/testing/builders.ts';
import { concat, hex, latin1, utf8 } from '../bytes.ts';
import type { VerifyingKey } from '../crypto/verifying-key.ts';
import { type AnsweredSituation, decideTap } from '../decide.ts';
import { listingsOf } from '../lists/security-listing.ts';
import { faulty } from '../parsed.ts';
import type { AcceptedProducts, Rules } from '../rules/rules.ts';
import { keysTriedMax } from '../rules/signer.ts';
import { endOfTime, pretixSig1, pretixTextMax } from './pretix-sig1.ts';

/**
 * Public vectors of pretix/libpretixsync (Apache-2.0): the tickets of its AsyncCheckProviderTest
 * and the two keys of its event1.json, which are base64 of PEM.
 */
const k1 = publicKeyOf(
  'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUNvd0JRWURLMlZ3QXlFQTdBRDcvdkZBMzNFc1k0ejJQSHI3aVpQc1o4bjVkaDBhalA4Z3l6Tm1tSXM9Ci0tLS0tRU5EIFBVQkxJQyBLRVktLS0tLQo=',
);
const k2 = publicKeyOf(
  'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUNvd0JRWURLMlZ3QXlFQVlNSnNPbkxwNUFXR3BKK2RGSkUycjlET1hlUUlaZ1ZyQ3Q5M0xBbDVCTjg9Ci0tLS0tRU5EIFBVQkxJQyBLRVktLS0tLQo=',
);
const genuineText =
  'E4BibyTSylQOgeKjuMPiTDxi5HXPuTVsx1qCli3IL0143gj0EZXOB9iQInANxRFJTt4Pf9nXnHdB91Qk/RN0L5AIBABSxw2TKFnSUNUCKAEAPAQA';
const datedText =
  'Ok4EsqDRCr2cL6yDRtqeP7j5Usr1Vj1Db7J0izOuRGx6Qn0BS1ISW2nxlW8PXkYRk7PJhIBmsK1V1ucq5obBoBAMG4p9jCPKBAheRdFV0REVDZUCKAEAVAQA';
const forgedText =
  'EFAKEyTSylQOgeKjuMPiTDxi5HXPuTVsx1qCli3IL0143gj0EZXOB9iQInANxRFJTt4Pf9nXnHdB91Qk/RN0L5AIBABSxw2TKFnSUNUCKAEAPAQA';

const venue = 'sam-poo-kong';

function publicKeyOf(pem: string): VerifyingKey {
  const { x = '' } = createPublicKey(Buffer.from(pem, 'base64')).export({ format: 'jwk' });
  return aVerifyingKey(new Uint8Array(Buffer.from(x, 'base64url')));
}

function parse(text: string) {
  return pretixSig1.parse(utf8(text), keyed);
}

function rulesWith(keys: readonly VerifyingKey[], change: RulesChange = {}): Rules {
  return someRules({
    trustedKeys: keys.map((key) => ({ format: 'pretix-sig1', issuer: venue, key })),
    ...change,
  });
}

function reasonFor(text: string, rules: Rules, situation: Partial<AnsweredSituation> = {}) {
  return decideTap(parsedValue(parse(text)), someSituation({ rules, ...situation })).reason;
}

test.each([
  ['the genuine ticket', genuineText, 'ticket-valid', 'signature-invalid'],
  ['the dated ticket', datedText, 'signature-invalid', 'ticket-valid'],
  ['the forged ticket', forgedText, 'signature-invalid', 'signature-invalid'],
])('judges %s by each key as its publisher does', (_, text, withFirst, withSecond) => {
  expect(pretixSig1.recognises(utf8(text))).toBe(true);
  expect(reasonFor(text, rulesWith([k1]))).toBe(withFirst);
  expect(reasonFor(text, rulesWith([k2]))).toBe(withSecond);
});

test('reads the facts of the genuine ticket', () => {
  const { proof, secret, ...facts } = parsedValue(parse(genuineText));

  expect(facts).toEqual({
    format: 'pretix-sig1',
    tokenKey: keyed('pretix-sig1', utf8(genuineText)),
    product: '1',
    event: '14',
    rides: 1,
  });
  expect(secret?.reveal()).toEqual(utf8(genuineText));
  expect(proof).toMatchObject({ kind: 'signed', algorithm: 'EdDSA' });
  expect(proof).not.toHaveProperty('kid');
  expect(proof).not.toHaveProperty('issuer');
});

test('signs the payload alone', () => {
  const { proof } = parsedValue(parse(genuineText));

  expect(proof.kind === 'signed' && hex(proof.message)).toBe('0a0943544a714a4f6c31481001200e');
});

test.each([
  ['2023-02-03T22:59:59Z', 1_675_465_199_000, 'token-not-yet-valid'],
  ['2023-02-03T23:00:00Z', 1_675_465_200_000, 'ticket-valid'],
  ['2023-02-03T23:01:01Z', 1_675_465_261_000, 'ticket-valid'],
  ['the end of the century', 4_102_444_800_000, 'ticket-valid'],
])('judges the dated ticket at %s', (_, now, reason) => {
  const clockSkewMs = { gnss: 0, ntp: 0, rtc: 0, holdover: 0, untrusted: 0 };

  expect(reasonFor(datedText, rulesWith([k1, k2], { policy: { clockSkewMs } }), { now })).toBe(
    reason,
  );
});

test('knows no issuer when no key is listed for the format', () => {
  expect(reasonFor(genuineText, someRules({ trustedKeys: [] }))).toBe('unknown-key');
});

test('finds the key among the most keys, and looks no further', () => {
  const others = Array.from({ length: keysTriedMax - 1 }, () => k2);

  expect(reasonFor(genuineText, rulesWith([...others, k1]))).toBe('ticket-valid');
  expect(reasonFor(genuineText, rulesWith([...others, k2, k1]))).toBe('signature-invalid');
});

test.each([
  ['revoked', 'ticket-revoked'],
  ['blocked', 'ticket-blocked'],
  ['lost', 'token-denied'],
] as const)('refuses what is listed as %s', (why, reason) => {
  const key = hex(keyed('pretix-sig1', utf8(genuineText)));
  const token = parsedValue(parse(genuineText));
  const listings = listingsOf(token, new Map([[key, [aListing({ reason: why })]]]), someNow);

  expect(reasonFor(genuineText, rulesWith([k1]), { listings })).toBe(reason);
});

test.each([
  ['its item', { products: new Set(['1']) }, 'ticket-valid'],
  ['its item and date', { products: new Set(['1']), events: new Set(['14']) }, 'ticket-valid'],
  ['another item', { products: new Set(['2', '14']) }, 'product-not-accepted'],
  ['a variation of it', { products: new Set(['1/2']) }, 'product-not-accepted'],
  ['another date', { products: new Set(['1']), events: new Set(['15']) }, 'product-not-accepted'],
] satisfies [string, AcceptedProducts, string][])(
  'judges a ticket where %s is taken',
  (_, accepted, reason) => {
    const acceptedProducts = new Map([[venue, accepted]]);

    expect(reasonFor(genuineText, rulesWith([k1], { acceptedProducts }))).toBe(reason);
  },
);

test.each([
  ['sam-poo-kong', k1, 'ticket-valid'],
  ['lawang-sewu', k2, 'product-not-accepted'],
])('takes item 1 of Sam Poo Kong alone where %s signed it', (_, key, reason) => {
  const trustedKeys = [
    { format: 'pretix-sig1', issuer: 'sam-poo-kong', key: k1 },
    { format: 'pretix-sig1', issuer: 'lawang-sewu', key: k2 },
  ];
  const acceptedProducts = new Map([
    ['sam-poo-kong', { products: new Set(['1']) }],
    ['lawang-sewu', { products: new Set(['2']) }],
  ]);
  const text = key === k1 ? genuineText : datedText;
  const token = parsedValue(parse(text));

  expect(token.product).toBe('1');
  expect(reasonFor(text, someRules({ trustedKeys, acceptedProducts }))).toBe(reason);
});

test('is not tried with keys of another format, nor of issuers whose tickets name them', () => {
  const trustedKeys = [
    { format: 'other', issuer: venue, key: k1 },
    { issuer: venue, kid: '01', key: k1 },
    { issuer: venue, key: k1 },
  ];

  expect(reasonFor(genuineText, someRules({ trustedKeys }))).toBe('unknown-key');
});

test('accepts once', () => {
  const history = someHistory({ ridesUsed: 1 });

  expect(reasonFor(genuineText, rulesWith([k1]), { history })).toBe('already-tapped');
});

const issuing = createPretixOffice({ bytes: (length) => new Uint8Array(length) }, issuerKey);

test.each([
  ['an item', { item: 5 }, { product: '5' }],
  ['a variation', { item: 5, variation: 300 }, { product: '5/300' }],
  ['a date', { item: 5, subevent: 14 }, { product: '5', event: '14' }],
  ['a beginning', { item: 5, from: 7_000 }, { validity: { from: 7_000, until: endOfTime } }],
  ['an end', { item: 5, until: 9_000 }, { validity: { from: 0, until: 9_000 } }],
  ['both', { item: 5, from: 7_000, until: 9_000 }, { validity: { from: 7_000, until: 9_000 } }],
])('reads an issued ticket with %s', (_, order, facts) => {
  expect(parsedValue(parse(issuing.issue(order)))).toMatchObject(facts);
});

test('reads times up to the last moment that a date can say', () => {
  const last = { item: 1, from: endOfTime - 1_000, until: endOfTime };
  const beyond = { item: 1, until: endOfTime + 1_000 };

  expect(parsedValue(parse(issuing.issue(last))).validity?.until).toBe(endOfTime);
  expect(parse(issuing.issue(beyond))).toEqual(
    faulty('malformed-token', 'valid until too large at byte 14 of the payload'),
  );
});

function issued(payload: string): string {
  return pretixText(bytesOf(payload), issuerKey.sign(bytesOf(payload)));
}

test.each([
  ['unknown fields of every type', '1001 3a0141 4501020304 490102030405060708 5001', '1'],
  ['an unknown field twice', '1001 5001 5001', '1'],
  ['a negative number where none is known', '1001 50ffffffffffffffffff01', '1'],
  ['fields in another order', '2003 1802 1001', '1/2'],
  ['zeros for what there is not', '1001 1800 2000 2800 3000', '1'],
  ['the largest number', '10ffffffffffffff0f', `${Number.MAX_SAFE_INTEGER}`],
])('reads a payload with %s', (_, payload, product) => {
  const token = parsedValue(parse(issued(payload.replaceAll(' ', ''))));

  expect(token.product).toBe(product);
  expect(token.validity).toBeUndefined();
});

test.each([
  ['no fields', '', 'item is missing at byte 0 of the payload'],
  ['item zero', '1000', 'item is missing at byte 1 of the payload'],
  ['an item as text', '120131', 'item of a wrong type at byte 2 of the payload'],
  ['a seed as a number', '0801 1001', 'seed of a wrong type at byte 1 of the payload'],
  ['an item twice', '1001 1001', 'item twice at byte 3 of the payload'],
  ['a seed twice', '0a0141 0a0141 1001', 'seed twice at byte 5 of the payload'],
  ['zero and then a time', '1001 3000 3001', 'valid until twice at byte 5 of the payload'],
  ['a number of 2 to the 53', '1080808080808080 10', 'item too large at byte 1 of the payload'],
  [
    'a negative subevent',
    '1001 20ffffffffffffffffff01',
    'subevent too large at byte 3 of the payload',
  ],
  [
    'a time past what can be said',
    '1001 28ffffffffffffff0f',
    'valid from too large at byte 3 of the payload',
  ],
  [
    'a number of eleven bytes',
    '1001 2880808080808080808080 01',
    'number longer than 10 bytes at byte 3 of the payload',
  ],
  ['a group', '1001 3b 3c', 'wire type 3 is not allowed at byte 2 of the payload'],
  ['half a field', '1001 0a09', 'value runs past its end at byte 4 of the payload'],
])('refuses a payload with %s', (_, payload, detail) => {
  expect(parse(issued(payload.replaceAll(' ', '')))).toEqual(faulty('malformed-token', detail));
});

/** The text of any bytes. */
function backwards(...parts: readonly Uint8Array[]): string {
  return [...Buffer.from(concat(...parts)).toString('base64')].reverse().join('');
}

const sound = bytesOf('0a0943544a714a4f6c31481001200e');
const signature = new Uint8Array(64).fill(1);

test.each([
  ['nothing', '', 'ends inside its header at byte 0'],
  ['four bytes', '01000f00', 'ends inside its header at byte 4'],
  ['version 0', '00000f0040', 'version 0 at byte 0'],
  ['version 2', '02000f0040', 'version 2 at byte 0'],
  ['a payload said to be shorter', '01000e0040', 'lengths make 83 bytes of the 84 at byte 1'],
  ['a payload said to be longer', '0100100040', 'lengths make 85 bytes of the 84 at byte 1'],
  ['a payload said to be huge', '01ffff0040', 'lengths make 65604 bytes of the 84 at byte 1'],
  ['the length of an older reader', '01000f0100', 'a signature of 256 bytes at byte 3'],
  ['lengths that only add up', '010010003f', 'a signature of 63 bytes at byte 3'],
])('refuses an envelope of %s', (_, header, detail) => {
  const rest = header.length < 10 ? [] : [sound, signature];

  expect(parse(backwards(bytesOf(header), ...rest))).toEqual(faulty('malformed-token', detail));
});

test('reads the longest text and refuses a longer one before it looks inside', () => {
  const longest = issued(`10010afa01${'41'.repeat(250)}`);

  expect(longest.length).toBe(pretixTextMax);
  expect(parse(longest).ok).toBe(true);
  expect(parse(`${longest}AAAA`)).toEqual(faulty('malformed-token', 'longer than 432 characters'));
});

test.each([
  ['text forwards', [...genuineText].reverse().join('')],
  ['version 2', backwards(bytesOf('02000f0040'), sound, signature)],
  ['a payload of 271 bytes', backwards(bytesOf('01010f0040'), sound, signature)],
  ['a signature of 320 bytes', backwards(bytesOf('01000f0140'), sound, signature)],
  ['another signature', backwards(bytesOf('01000f0041'), sound, signature)],
  ['a web address', 'https://tickets.example/QAEAPAQA?'],
  ['seven characters', genuineText.slice(-7)],
  ['nothing', ''],
])('does not recognise %s', (_, text) => {
  expect(pretixSig1.recognises(utf8(text))).toBe(false);
});

test('explains a text that is cut off at its beginning, wherever', () => {
  for (let at = 1; at <= genuineText.length - 8; at += 1) {
    const cut = genuineText.slice(at);

    expect(pretixSig1.recognises(utf8(cut))).toBe(true);
    expect(parse(cut)).toMatchObject({ ok: false, fault: { reason: 'malformed-token' } });
  }
});

test.each([
  ['cut off', (at: number) => genuineText.slice(0, at)],
  ['without a character', (at: number) => genuineText.slice(0, at) + genuineText.slice(at + 1)],
  ['with a character twice', (at: number) => genuineText.slice(0, at + 1) + genuineText.slice(at)],
])('accepts no text %s', (_, change) => {
  for (let at = 0; at < genuineText.length; at += 1) expect(isAccepted(change(at))).toBe(false);
});

test('accepts no text of which one byte is another', () => {
  expect(isAccepted(genuineText)).toBe(true);
  for (let at = 0; at < genuineText.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const bytes = utf8(genuineText);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);

      expect(isAccepted(latin1(bytes))).toBe(false);
    }
  }
});

test('accepts no envelope of which one byte is another', () => {
  const envelope = Buffer.from([...genuineText].reverse().join(''), 'base64');
  for (const [at, byte] of envelope.entries()) {
    const changed = Uint8Array.from(envelope);
    changed[at] = byte ^ 0xff;

    expect(isAccepted(backwards(changed))).toBe(false);
  }
});

function isAccepted(text: string): boolean {
  const token = pretixSig1.parse(Uint8Array.from(Buffer.from(text, 'latin1')), keyed);
  const situation = someSituation({ rules: rulesWith([k1]) });
  return token.ok && decideTap(token.value, situation).outcome === 'accepted';
}

test('takes no ticket that another key signed', () => {
  const other = createPretixOffice({ bytes: (length) => new Uint8Array(length) }, strangerKey);
  const rules = rulesWith([issuing.trustedKey.key]);

  expect(reasonFor(issuing.issue({ item: 1 }), rules)).toBe('ticket-valid');
  expect(reasonFor(other.issue({ item: 1 }), rules)).toBe('signature-invalid');
});

test('shows every field with its place in the decoded bytes', () => {
  const fields = pretixSig1.fields(utf8(datedText));

  expect(fields.map(({ path, name, offset, bytes }) => [path, name, offset, bytes])).toEqual([
    ['version', 'version of the scheme', 0, 1],
    ['payload.1', 'seed', 7, 9],
    ['payload.2', 'item', 17, 1],
    ['payload.5', 'valid from', 19, 5],
    ['payload.6', 'valid until', 25, 1],
    ['signature', 'issuer signature (Ed25519 of the payload)', 26, 64],
  ]);
});

test('shows numbers as numbers, times as moments and the signature as a secret', () => {
  const shown = new Map(pretixSig1.fields(utf8(datedText)).map((field) => [field.path, field]));

  expect(shown.get('payload.1')?.value).toBe('FCTDtTWQz');
  expect(shown.get('payload.2')?.value).toBe('1');
  expect(shown.get('payload.5')).toMatchObject({ value: '1675465200', at: 1_675_465_200_000 });
  expect(shown.get('payload.6')).not.toHaveProperty('at');
  expect(shown.get('signature')).toMatchObject({ secret: true });
});

test('shows what can be read of a payload that is malformed', () => {
  const names = (text: string) => pretixSig1.fields(utf8(text)).map(({ name }) => name);

  expect(names(issued('1001500a1801b3'))).toEqual([
    'version of the scheme',
    'item',
    'not known to this version',
    'variation',
    'issuer signature (Ed25519 of the payload)',
  ]);
  expect(names('AAAA')).toEqual([]);
  expect(names('no base64')).toEqual([]);
});

test('shows bytes that are no text in hexadecimal', () => {
  const [, seed] = pretixSig1.fields(utf8(issued('0a0200ff1001')));

  expect(seed?.value).toBe('00ff');
});

test('never throws, whatever stands before a beginning that it recognises', () => {
  const base64 = fc
    .uint8Array({ maxLength: 60 })
    .map((bytes) => Buffer.from(bytes).toString('base64'));

  fc.assert(
    fc.property(fc.oneof(base64, fc.string()), (text) => {
      const bytes = utf8(text + genuineText.slice(-8));

      expect(pretixSig1.recognises(bytes)).toBe(true);
      expect(pretixSig1.fields(bytes).every(({ offset }) => offset < bytes.length)).toBe(true);
      expect(pretixSig1.parse(bytes, keyed).ok).toBe(false);
    }),
  );
});
