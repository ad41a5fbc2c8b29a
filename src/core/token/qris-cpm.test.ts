import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wallets } from '../../../sim/city.ts';
import { createSimEntropy } from '../../../sim/sim-chance.ts';
import { syntheticQris } from '../../../sim/synthetic-qris.ts';
import {
  aCpmCode,
  aQrisCode,
  bytesOf,
  gopay,
  keyed,
  parsedValue,
  type QrisObjects,
} from '../../../sim/testing/builders.ts';
import { concat, hex, latin1, utf8 } from '../bytes.ts';
import { encodeTlv } from '../encoding/ber-tlv.ts';
import { faulty } from '../parsed.ts';
import { parseQrisCpm, qrisCpm, qrisCpmTextMax } from './qris-cpm.ts';

/** EMVCo's samples, as in mvallim/emv-qrcode (Apache-2.0), DecoderCpmTest. */
const emvco1 = 'hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=';
const emvco2 =
  'hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw==';
/** From the tests of astrapay/spring-qris (MIT). */
const applicationOnly = 'hQVDUFYwMWEJTwegAAAGAiAg';
const formatOnly = 'hQVDUFYwMQ==';
/** After a sample there whose template of 0x93 bytes has its length in one byte, not two. */
const wrongLength = latin1(
  aCpmCode(concat(bytesOf('6193'), bytesOf('4f07a000000602202050'), new Uint8Array(0x89))),
);

const parse = (text: Uint8Array) => parseQrisCpm(text, keyed);
const malformed = (detail: string) => faulty('malformed-token', detail);

const adf = encodeTlv('4F', bytesOf('a0000006022020'));
const label = encodeTlv('50', utf8('QRISCPM'));
const digits = `${gopay}00000000002`;
const account = encodeTlv('5A', bytesOf(`${digits}f`));
const track2 = encodeTlv('57', bytesOf(`${digits}d4912201f`));
const transparent = encodeTlv('63', encodeTlv('9F74', utf8('12345678')));

function aCodeOf(...inner: readonly Uint8Array[]): Uint8Array {
  return aCpmCode(encodeTlv('61', ...inner));
}

test.each(Object.entries(wallets))('reads the issuer of a code of %s', (_, issuer) => {
  const code = utf8(syntheticQris(issuer, createSimEntropy(1)));

  expect(qrisCpm.recognises(code)).toBe(true);
  expect(parsedValue(parse(code))).toEqual({
    format: 'qris-cpm',
    tokenKey: expect.any(Uint8Array),
    accountKey: expect.any(Uint8Array),
    issuer,
    proof: { kind: 'deferred' },
    rides: 1,
    secret: expect.anything(),
  });
});

test('keeps the text for whoever charges it, as a secret', () => {
  const code = utf8(syntheticQris(gopay, createSimEntropy(1)));

  expect(parsedValue(parse(code)).secret?.reveal()).toEqual(code);
});

test.each([
  ['EMVCo sample 1', emvco1, 'scheme-not-accepted', 'no application template for QRIS'],
  ['EMVCo sample 2', emvco2, 'scheme-not-accepted', 'no application template for QRIS'],
  ['a wrong length byte', wrongLength, 'malformed-token', 'length 93 is not allowed at byte 8'],
  [
    'an application and nothing else',
    applicationOnly,
    'malformed-token',
    'tag 50 is missing in the template at byte 9',
  ],
  [
    'a payload format and nothing else',
    formatOnly,
    'malformed-token',
    'tag 61 is missing at byte 7',
  ],
  [
    'base64 without its padding',
    formatOnly.slice(0, -1),
    'malformed-token',
    'not base64 at byte 11 of the text',
  ],
  [
    'text after the base64',
    `${emvco1} `,
    'malformed-token',
    `not base64 at byte ${emvco1.length} of the text`,
  ],
] as const)('refuses %s', (_, text, reason, detail) => {
  expect(qrisCpm.recognises(utf8(text))).toBe(true);
  expect(parse(utf8(text))).toEqual(faulty(reason, detail));
});

test.each([
  ['50', { '50': undefined }, 'tag 50 is missing in the template at byte 9'],
  ['63', { '63': undefined }, 'tag 63 is missing in the template at byte 9'],
  [
    '9F74',
    { '63': encodeTlv('9F26', new Uint8Array(8)) },
    'tag 9F74 is missing in the template at byte 20',
  ],
  [
    '9F74 in an empty template',
    { '63': new Uint8Array() },
    'tag 9F74 is missing in the template at byte 20',
  ],
  ['5A and 57', { '5A': undefined }, 'neither tag 5A nor tag 57 in the template at byte 9'],
] satisfies [string, QrisObjects, string][])('refuses a code without %s', (_, change, detail) => {
  expect(parse(aQrisCode(change))).toEqual(malformed(detail));
});

test('counts an application template without a name as another scheme', () => {
  expect(parse(aQrisCode({ '4F': undefined }))).toEqual(
    faulty('scheme-not-accepted', 'no application template for QRIS'),
  );
});

test.each([
  ['another version of the payload format', ['85054350563032', '6100']],
  ['a shorter payload format', ['850443505630', '6100']],
  ['no payload format', ['6100']],
  ['no payload format at the beginning', ['6100', '85054350563031']],
  ['no objects at all', []],
])('refuses %s', (_, objects) => {
  const code = Buffer.from(objects.join(''), 'hex').toString('base64');

  expect(parse(utf8(code))).toEqual(
    malformed(`tag 85 is not CPV01 at byte ${objects.length > 0 ? 2 : 0}`),
  );
});

test('takes the label in any case and no other label', () => {
  expect(parse(aQrisCode({ '50': utf8('qriscpm') })).ok).toBe(true);
  expect(parse(aQrisCode({ '50': utf8('QRISMPM') }))).toEqual(
    malformed('tag 50 is not QRISCPM at byte 11'),
  );
});

/** Limits of the profile; 9F74 must be there, so it is what the others are added to. */
test.each([
  ['57', 1, 19],
  ['5A', 1, 10],
  ['5F20', 2, 26],
  ['5F2D', 2, 8],
  ['9F08', 2, 2],
])('takes from %i to %i bytes of tag %s only', (tag, fewest, most) => {
  const flawOf = (bytes: number) => {
    const result = parse(aCodeOf(adf, label, transparent, encodeTlv(tag, new Uint8Array(bytes))));
    return result.ok ? '' : result.fault.detail;
  };
  const flaw = new RegExp(`^tag ${tag} has \\d+ bytes, not [\\d to]+, at byte \\d+$`);

  for (const bytes of [fewest, most]) expect(flawOf(bytes)).not.toMatch(flaw);
  for (const bytes of [fewest - 1, most + 1]) expect(flawOf(bytes)).toMatch(flaw);
});

test.each([
  ['9F74', 8, 64],
  ['9F26', 8, 8],
  ['9F27', 1, 1],
  ['9F10', 1, 32],
  ['9F36', 2, 2],
  ['9F37', 4, 4],
  ['82', 2, 2],
])('takes in the transparent template of tag %s from %i to %i bytes only', (tag, fewest, most) => {
  const issuerData = tag === '9F74' ? [] : [encodeTlv('9F74', utf8('12345678'))];
  const accepts = (bytes: number) => {
    const objects = encodeTlv('63', ...issuerData, encodeTlv(tag, new Uint8Array(bytes)));
    return parse(aCodeOf(adf, label, account, objects)).ok;
  };

  expect([fewest - 1, fewest, most, most + 1].map(accepts)).toEqual([false, true, true, false]);
});

test('takes 9F19, 9F24 and 9F25 in the lengths that the samples of the profile have', () => {
  const objects = [
    encodeTlv('9F19', new Uint8Array(6)),
    encodeTlv('9F24', new Uint8Array(58)),
    encodeTlv('9F25', new Uint8Array(2)),
  ];

  expect(parse(aCodeOf(adf, label, account, ...objects, transparent)).ok).toBe(true);
});

test.each([
  ['twice in the application', [adf, label, account, account, transparent], '5A', 41],
  ['twice, being a template,', [adf, label, account, transparent, transparent], '63', 54],
])('refuses a known object %s', (_, inner, tag, offset) => {
  expect(parse(aCodeOf(...inner))).toEqual(malformed(`tag ${tag} again at byte ${offset}`));
});

test('skips unknown objects wherever they stand, however often', () => {
  const unknown = encodeTlv('C4', bytesOf('aabb'));
  const hidden = encodeTlv('9F76', bytesOf('5a0411111111'));
  const data = encodeTlv('63', hidden, unknown, encodeTlv('9F74', utf8('12345678')), unknown);
  const code = aCpmCode(
    unknown,
    encodeTlv('61', adf, unknown, unknown, label, account, data),
    encodeTlv('7F21', encodeTlv('5A', bytesOf('4111111111111111'))),
  );

  expect(parsedValue(parse(code)).issuer).toBe(gopay);
});

test('finds issuer and account in track 2 as in the account number, and in both', () => {
  const codes = [[account], [track2], [track2, account]].map((named) =>
    aCodeOf(adf, label, ...named, transparent),
  );

  for (const code of codes) {
    expect(parsedValue(parse(code))).toMatchObject({
      issuer: gopay,
      accountKey: keyed('account', utf8(digits)),
    });
  }
});

test('finds the account in the data common to all applications', () => {
  const common = encodeTlv('62', account);
  const code = aCpmCode(encodeTlv('61', adf, label, transparent), common);

  expect(parsedValue(parse(code)).accountKey).toEqual(keyed('account', utf8(digits)));
});

test.each([
  ['in one template', [track2, encodeTlv('5A', bytesOf(`${gopay}00000000003f`))], [], '5A', 45],
  ['in two templates', [account], [encodeTlv('5A', bytesOf(`${gopay}0000000f`))], '5A', 56],
])('refuses two accounts %s', (_, inner, common, tag, offset) => {
  const application = encodeTlv('61', adf, label, ...inner, transparent);
  const code = aCpmCode(application, encodeTlv('62', ...common));

  expect(parse(code)).toEqual(malformed(`tag ${tag} names another account at byte ${offset}`));
});

test('knows a payment again when somebody changed what the issuer does not look at', () => {
  const code = syntheticQris(gopay, createSimEntropy(1));
  const changed = syntheticQris(gopay, createSimEntropy(1), { language: 'en' });

  expect(changed).not.toBe(code);
  expect(parsedValue(parse(utf8(changed))).tokenKey).toEqual(
    parsedValue(parse(utf8(code))).tokenKey,
  );
});

test.each<[string, Parameters<typeof aQrisCode>[0]]>([
  ['expiry', { '5F24': bytesOf('271231') }],
  ['sequence number', { '5F34': bytesOf('01') }],
  ['expiry of track 2', { '57': bytesOf('9360091412345678901d2712201f') }],
])('tells a replaced card from the one before by its %s, and not the account', (_, objects) => {
  const [bare, card] = [aQrisCode(), aQrisCode(objects)].map((code) => parsedValue(parse(code)));

  expect(bare?.mediumKey).toBeUndefined();
  expect(card?.mediumKey).toHaveLength(32);
  expect(card?.mediumKey).not.toEqual(card?.accountKey);
  expect(card?.accountKey).toEqual(bare?.accountKey);
});

test.each<[string, Parameters<typeof aQrisCode>[0]]>([
  ['a date that is none', { '5F24': bytesOf('27ab31') }],
  ['a short date', { '5F24': bytesOf('2712') }],
  ['a sequence number that is none', { '5F34': bytesOf('0a') }],
  ['track 2 that ends before the expiry', { '57': bytesOf('9360091412345678901d271f') }],
])('takes a code with %s for one of a card that is not told', (_, objects) => {
  expect(parsedValue(parse(aQrisCode(objects))).mediumKey).toBeUndefined();
});

test('knows a card by the same key, whichever object tells its expiry', () => {
  const [one, other] = [
    { '57': bytesOf('9360091412345678901d2712201f') },
    { '5F24': bytesOf('271231') },
  ].map((objects) => parsedValue(parse(aQrisCode(objects))).mediumKey);

  expect(one).toEqual(other);
});

test('knows the same account again in another code, and tells others apart', () => {
  const [code, sameAccount, otherAccount] = [
    [gopay, 1],
    [gopay, 2],
    [wallets.ovo, 1],
  ].map(([issuer, seed]) =>
    parsedValue(parse(utf8(syntheticQris(String(issuer), createSimEntropy(Number(seed)))))),
  );

  expect(sameAccount?.accountKey).toEqual(code?.accountKey);
  expect(sameAccount?.tokenKey).not.toEqual(code?.tokenKey);
  expect(otherAccount?.accountKey).not.toEqual(code?.accountKey);
});

test.each([
  ['5A', 'too short for an issuer', '936009'],
  ['5A', 'that is not decimal', '93600a1412345678'],
  ['5A', 'of more than 19 digits', `${gopay}000000000000`],
  ['5A', 'with padding inside', `${gopay}0000f000`],
  ['5A', 'with two bytes of padding', `${gopay}0000ff`],
  ['5A', 'with zero digits', 'ff'],
  ['57', 'without a separator', `${digits}4912201ff`.slice(0, 26)],
  ['57', 'with two separators', `${digits}d4912d01f`],
  ['57', 'too short for an issuer', '936009d49122'],
])('refuses in tag %s an account %s', (tag, _, value) => {
  const named = encodeTlv(tag, bytesOf(value));

  expect(parse(aCodeOf(adf, label, named, transparent))).toEqual(
    malformed(`tag ${tag} is no account at byte 29`),
  );
});

test('knows no issuer of an account of another numbering system', () => {
  const token = parsedValue(parse(aQrisCode({ '5A': bytesOf('4111111111111111') })));

  expect(token.issuer).toBeUndefined();
  expect(token.accountKey).toEqual(keyed('account', utf8('4111111111111111')));
});

test('finds the QRIS application behind one of another scheme, whose objects do not count', () => {
  const other = encodeTlv(
    '61',
    encodeTlv('4F', bytesOf('a0000000555555')),
    encodeTlv('5A', bytesOf('4111111111111111')),
    encodeTlv('9F08', new Uint8Array(9)),
  );
  const qris = encodeTlv('61', adf, label, account, transparent);

  expect(parsedValue(parse(aCpmCode(other, qris))).issuer).toBe(gopay);
});

test('ignores the QRIS application name outside an application template', () => {
  const code = aCpmCode(encodeTlv('61', label), encodeTlv('62', adf));

  expect(parse(code)).toMatchObject({ fault: { reason: 'scheme-not-accepted' } });
});

test('refuses a text past its limit before it decodes it, and none at the limit', () => {
  const atLimit = concat(utf8(formatOnly.slice(0, 9)), new Uint8Array(qrisCpmTextMax - 9));
  const above = concat(atLimit, Uint8Array.of(0));

  expect(parse(atLimit)).toEqual(malformed('not base64 at byte 9 of the text'));
  expect(parse(above)).toEqual(malformed('longer than 512 characters'));
});

test('takes the longest code that the limit allows', () => {
  const rest = 384 - concat(adf, label, account, transparent).length - 7 - 4 - 5;
  const filler = encodeTlv('9F7A', new Uint8Array(rest));
  const code = aCodeOf(adf, label, account, filler, transparent);

  expect(code).toHaveLength(qrisCpmTextMax);
  expect(parse(code).ok).toBe(true);
});

test('reads what the generator makes in every shape, and never one that is cut off', () => {
  const shape = fc.record({
    account: fc.constantFrom('57', '5A', 'both'),
    common: fc.boolean(),
    chequeDigits: fc.integer({ min: 1, max: 57 }),
    language: fc.constantFrom('id', 'iden', 'idjven'),
  });

  fc.assert(
    fc.property(shape, fc.nat(), fc.nat(99), (form, seed, percent) => {
      const text = syntheticQris(gopay, createSimEntropy(seed), form);
      const cutOff = text.slice(0, Math.floor((text.length * percent) / 100));

      expect(parsedValue(parse(utf8(text))).issuer).toBe(gopay);
      expect(parse(utf8(cutOff))).toMatchObject({ fault: { reason: 'malformed-token' } });
    }),
  );
});

test.each([
  ['a token', {}],
  ['a token without an issuer', { '5A': bytesOf('411112345678901f') }],
  ['a fault about the account', { '5A': bytesOf('9360091412345678901a') }],
  ['a fault about a missing tag', { '50': undefined }],
  ['a fault about another scheme', { '4F': bytesOf('a0000000555555') }],
  ['a fault inside the template', { '63': bytesOf('9f7499') }],
] satisfies [string, QrisObjects][])('keeps account and cheque out of %s', (_, change) => {
  const code = aQrisCode(change);
  const secrets = ['12345678901', '98765432109876543210', hex(utf8('9876543210')), 'cheque'];

  const told = JSON.stringify(parse(code), (_key, value) =>
    value instanceof Uint8Array ? hex(value) : value,
  );

  for (const secret of secrets) expect(told).not.toContain(secret);
  expect(told).not.toContain(latin1(code).slice(9, 40));
});
