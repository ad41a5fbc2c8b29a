import { expect, test } from 'vitest';
import {
  aQrisCode,
  aTicketToken,
  bytesOf,
  gopay,
  keyed,
  parsedValue,
  someClaims,
} from '../../../sim/testing/builders.ts';
import {
  converse,
  createCard,
  nonce,
  nothing,
  uid,
} from '../../../sim/testing/transit-dialogue.ts';
import { hex, utf8 } from '../bytes.ts';
import { encodePass } from '../card/desfire/transit-pass.ts';
import { readTransitToken } from '../card/transit-token.ts';
import { uidCard } from '../card/uid-card.ts';
import { parseQrisCpm } from '../token/qris-cpm.ts';
import { listingKeyOf } from './listing-key.ts';
import type { ListingKind } from './security-listing.ts';

function keyOf(kind: ListingKind, text: string): string {
  const key = listingKeyOf(kind, text, keyed);
  if (!key.ok) throw new Error(key.detail);
  return hex(key.key);
}

test('makes of a UID what a card gives', () => {
  const uid = Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6);
  const end = uidCard(uid, { keyed });
  if (end.step !== 'end') throw new Error('a bare UID needs no command');

  expect(keyOf('card', '04A1b2c3d4e5f6')).toBe(hex(parsedValue(end.result).tokenKey));
});

test('makes of issuer and id what a ticket gives', () => {
  const { issuer, ticketId } = someClaims();

  expect(keyOf('ticket', `${issuer}/${hex(ticketId)}`)).toBe(hex(aTicketToken().tokenKey));
});

test('makes of a number what a payment code gives', () => {
  const { accountKey = new Uint8Array() } = parsedValue(parseQrisCpm(aQrisCode(), keyed));

  expect(keyOf('account', `${gopay}12345678901`)).toBe(hex(accountKey));
});

test('takes a keyed hash and the digits of an issuer as they are', () => {
  expect(keyOf('account', 'ab'.repeat(32))).toBe('ab'.repeat(32));
  expect(keyOf('issuer-range', '936009')).toBe(hex(utf8('936009')));
});

test.each<[ListingKind, string]>([
  ['card', '04a1b2'],
  ['card', '04a1b2c3d4e5f6/0011'],
  ['card', '04a1b2c3/0011223344556677'],
  ['card', '9360091412345678901/'],
  ['card', '9360091412345678901//'],
  ['card', '9360091412345678901/27'],
  ['card', '9360091412345678901/2712/1'],
  ['card', '1234567/2712'],
  ['card', 'AB'.repeat(32)],
  ['account', '1234567'],
  ['account', '12345678901234567890'],
  ['ticket', 'semarang'],
  ['ticket', 'semarang/abc'],
  ['issuer-range', '931'],
  ['issuer-range', '931009140'],
])('of kind %s takes no %o, and does not repeat it', (kind, text) => {
  const key = listingKeyOf(kind, text, keyed);

  expect(key).toMatchObject({ ok: false });
  expect(JSON.stringify(key)).not.toContain(text);
});

test.each<[ListingKind, string]>([
  ['card', '04a1b2c3d4e5f6'],
  ['account', '9360091412345678907'],
  ['ticket', 'semarang/ab'],
])('hashes no number of kind %s without a key', (kind, text) => {
  expect(listingKeyOf(kind, text)).toMatchObject({ ok: false, hint: 'give --identifier-key FILE' });
});

test.each([
  ['expiry and sequence number', '/2712/02', { '5F24': bytesOf('271231'), '5F34': bytesOf('02') }],
  ['expiry', '/2712', { '5F24': bytesOf('271231') }],
  ['sequence number', '//02', { '5F34': bytesOf('02') }],
])('finds the card behind a payment code by its account and %s', (_, rest, objects) => {
  const token = parsedValue(parseQrisCpm(aQrisCode(objects), keyed));

  expect(keyOf('card', `${gopay}12345678901${rest}`)).toBe(hex(token.mediumKey ?? nothing));
});

test('finds a transit card by its UID and issue number', () => {
  const card = createCard({ passFile: encodePass({ issue: bytesOf('a1a2a3a4a5a6a7a8') }) });
  const { result } = converse(readTransitToken(uid, { keyed, challenge: nonce }), card.respond);

  expect(keyOf('card', '04112233445566/A1A2a3a4a5a6a7a8')).toBe(hex(parsedValue(result).tokenKey));
});

test('says that a ticket’s id must be hexadecimal', () => {
  expect(listingKeyOf('ticket', 'office/TIX-1', keyed)).toMatchObject({
    ...{ ok: false, hint: expect.stringContaining('with the id in hexadecimal') },
  });
});
