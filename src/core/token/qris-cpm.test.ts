import { expect, test } from 'vitest';
import { wallets } from '../../../sim/city.ts';
import { createSimEntropy } from '../../../sim/sim-chance.ts';
import { syntheticQris } from '../../../sim/synthetic-qris.ts';
import {
  aCpmCode,
  aQrisCode,
  bytesOf,
  gopay,
  parsedValue,
  type QrisObjects,
  tlv,
} from '../../../sim/testing/builders.ts';
import { concat, hex, utf8 } from '../bytes.ts';
import { faulty } from '../parsed.ts';
import { parseQrisCpm, qrisCpmTextMax, recognisesQrisCpm } from './qris-cpm.ts';

/** Public samples: C1 and C2 of EMVCo, C5 to C7 of the QRIS profile's tests. */
const emvco1 = 'hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=';
const emvco2 =
  'hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw==';
const wrongLength = 'hQVDUFYwMWGTTwegAAAGAiAgUAdxcmlzY3Bt';
const applicationOnly = 'hQVDUFYwMWEJTwegAAAGAiAg';
const formatOnly = 'hQVDUFYwMQ==';

const qrisAdf = tlv('4F', bytesOf('a0000006022020'));

test.each(Object.entries(wallets))('reads the issuer of a code of %s', (_, issuer) => {
  const code = utf8(syntheticQris(issuer, createSimEntropy(1)));

  expect(recognisesQrisCpm(code)).toBe(true);
  expect(parsedValue(parseQrisCpm(code))).toMatchObject({ format: 'qris-cpm', issuer });
});

test.each([
  ['EMVCo sample 1', emvco1, 'scheme-not-accepted', 'no application template for QRIS'],
  ['EMVCo sample 2', emvco2, 'scheme-not-accepted', 'no application template for QRIS'],
  ['a wrong length byte', wrongLength, 'malformed-token', 'length 93 is not allowed at byte 8'],
  ['an application and nothing else', applicationOnly, 'malformed-token', 'tag 50 is missing'],
  ['a payload format and nothing else', formatOnly, 'malformed-token', 'tag 61 is missing'],
  ['base64 without its padding', formatOnly.slice(0, -1), 'malformed-token', 'not base64'],
  ['text after the base64', `${emvco1} `, 'malformed-token', 'not base64'],
] as const)('refuses %s', (_, text, reason, detail) => {
  expect(recognisesQrisCpm(utf8(text))).toBe(true);
  expect(parseQrisCpm(utf8(text))).toEqual(faulty(reason, detail));
});

test.each([
  ['50', { '50': undefined }, 'tag 50 is missing'],
  ['63', { '63': undefined }, 'tag 63 is missing'],
  ['9F74', { '63': tlv('9F26', bytesOf('00')) }, 'tag 9F74 is missing'],
  ['9F74 in an empty template', { '63': new Uint8Array() }, 'tag 9F74 is missing'],
  ['5A and 57', { '5A': undefined }, 'neither tag 5A nor tag 57'],
] satisfies [string, QrisObjects, string][])('refuses a code without %s', (_, change, detail) => {
  expect(parseQrisCpm(aQrisCode(change))).toEqual(faulty('malformed-token', detail));
});

test('counts an application template without a name as another scheme', () => {
  expect(parseQrisCpm(aQrisCode({ '4F': undefined }))).toEqual(
    faulty('scheme-not-accepted', 'no application template for QRIS'),
  );
});

test.each([
  ['another version', '85054350563032', 'tag 85 is not CPV01'],
  ['no version', '5000', 'tag 85 is not CPV01'],
])('refuses %s of the payload format', (_, beginning, detail) => {
  const code = Buffer.concat([bytesOf(beginning), tlv('61', qrisAdf)]).toString('base64');

  expect(parseQrisCpm(utf8(code))).toEqual(faulty('malformed-token', detail));
});

test('reads the issuer from track 2 when there is no account number', () => {
  const code = aQrisCode({ '5A': undefined, '57': bytesOf(`${gopay}12345678901d9912`) });

  expect(parsedValue(parseQrisCpm(code)).issuer).toBe(gopay);
});

test.each([
  ['of another scheme', '4111111111111111'],
  ['too short for an issuer', '936009'],
  ['that is not decimal', '93600a1412345678'],
  ['that is empty', ''],
])('refuses an account %s', (_, account) => {
  expect(parseQrisCpm(aQrisCode({ '5A': bytesOf(account) }))).toEqual(
    faulty('malformed-token', 'account has no NNS prefix'),
  );
});

test('finds the QRIS application behind one of another scheme', () => {
  const qris = tlv(
    '61',
    qrisAdf,
    tlv('50', utf8('QRISCPM')),
    tlv('5A', bytesOf(`${gopay}12345678901f`)),
    tlv('63', tlv('9F74', utf8('12345678'))),
  );
  const other = tlv('61', tlv('4F', bytesOf('a0000000555555')));

  expect(parsedValue(parseQrisCpm(aCpmCode(other, qris))).issuer).toBe(gopay);
});

test('ignores the QRIS application name outside an application template', () => {
  const code = aCpmCode(tlv('61', tlv('50', utf8('x'))), tlv('62', qrisAdf));

  expect(parseQrisCpm(code)).toMatchObject({ fault: { reason: 'scheme-not-accepted' } });
});

test('refuses a text past its limit before it decodes it, and none at the limit', () => {
  const atLimit = concat(utf8(formatOnly.slice(0, 9)), new Uint8Array(qrisCpmTextMax - 9));
  const above = concat(atLimit, Uint8Array.of(0));

  expect(parseQrisCpm(atLimit)).toEqual(faulty('malformed-token', 'not base64'));
  expect(parseQrisCpm(above)).toEqual(faulty('malformed-token', 'longer than 512 characters'));
});

test('gives the same text the same key and every other text another', () => {
  const texts = [1, 2, 3].map((seed) => utf8(syntheticQris(gopay, createSimEntropy(seed))));
  const keys = [...texts, ...texts].map((text) => hex(parsedValue(parseQrisCpm(text)).tokenKey));

  expect(keys.slice(3)).toEqual(keys.slice(0, 3));
  expect(new Set(keys).size).toBe(3);
});

test.each([
  ['a token', {}],
  ['a fault about the account', { '5A': bytesOf('411112345678901f') }],
  ['a fault about a missing tag', { '50': undefined }],
  ['a fault about another scheme', { '4F': bytesOf('a0000000555555') }],
  ['a fault inside the template', { '63': bytesOf('9f7499') }],
] satisfies [string, QrisObjects][])('keeps account and cheque out of %s', (_, change) => {
  const code = aQrisCode(change);
  const secrets = ['12345678901', '98765432109876543210', hex(utf8('9876543210')), 'cheque'];

  const told = JSON.stringify(parseQrisCpm(code), (_key, value) =>
    value instanceof Uint8Array ? hex(value) : value,
  );

  for (const secret of secrets) expect(told).not.toContain(secret);
  expect(told).not.toContain(Buffer.from(code).toString('latin1').slice(9, 40));
});
