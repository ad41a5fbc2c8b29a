import { expect, test } from 'vitest';
import {
  aReceipt,
  aTicket,
  aTicketToken,
  bytesOf,
  issuerKey,
  issuerKid,
  parsedValue,
  someClaims,
  strangerKey,
} from '../../../sim/testing/builders.ts';
import { hex, latin1, utf8 } from '../bytes.ts';
import { signCose } from '../crypto/cose-sign1.ts';
import { signReceipt } from '../ledger/receipt.ts';
import { faulty } from '../parsed.ts';
import {
  halteTicketText,
  isTicketGenuine,
  parseHalteTicket,
  parseHalteTicketText,
  recognisesHalteTicketText,
  ticketBytesMax,
} from './halte-ticket.ts';
import { encodeClaims } from './halte-ticket-claims.ts';

test('reads the ticket that was issued, from text and from bytes alike', () => {
  const ticket = aTicket();
  const text = utf8(halteTicketText(ticket));

  const token = parsedValue(parseHalteTicketText(text));

  expect(recognisesHalteTicketText(text)).toBe(true);
  expect(token).toEqual(parsedValue(parseHalteTicket(ticket)));
  expect(token.claims).toEqual(someClaims());
  expect(hex(token.envelope.kid)).toBe(hex(issuerKid));
});

test('stays within QR alphanumeric mode and the longest ticket', () => {
  const longest = aTicket({
    issuer: 'x'.repeat(32),
    product: 'y'.repeat(32),
    ticketId: new Uint8Array(16),
  });

  expect(halteTicketText(longest)).toMatch(/^HALTE1:[0-9A-Z $%*+\-./:]+$/);
  expect(longest.length).toBeLessThan(ticketBytesMax);
});

test('keeps the space with which Base45 may begin, as it does for a key id of 15 bytes', () => {
  const text = halteTicketText(aTicket({ kid: new Uint8Array(15) }));

  expect(text).toMatch(/^HALTE1: \S/);
  expect(parseHalteTicketText(utf8(text)).ok).toBe(true);
  expect(parseHalteTicketText(utf8(text.replace(': ', ':'))).ok).toBe(false);
});

test.each([
  ['nothing', '', 'not a COSE_Sign1 of this profile'],
  ['a lone symbol', 'A', 'not Base45'],
  ['small letters', 'bb8', 'not Base45'],
  ['Base45 of something else', 'BB8', 'not a COSE_Sign1 of this profile'],
])('refuses %s after the beginning', (_, text, detail) => {
  expect(parseHalteTicketText(utf8(`HALTE1:${text}`))).toEqual(faulty('malformed-token', detail));
});

test('refuses a ticket past the longest before it looks inside', () => {
  expect(parseHalteTicket(new Uint8Array(ticketBytesMax))).toEqual(
    faulty('malformed-token', 'not a COSE_Sign1 of this profile'),
  );
  expect(parseHalteTicket(new Uint8Array(ticketBytesMax + 1))).toEqual(
    faulty('malformed-token', 'longer than 512 bytes'),
  );
});

test('names the claim that is wrong', () => {
  expect(parseHalteTicket(aTicket({ product: '' }))).toEqual(
    faulty('malformed-token', 'product claim is wrong'),
  );
});

test('is genuine with the key that signed it and with no other', () => {
  const token = aTicketToken();

  expect(isTicketGenuine(token, issuerKey.publicKey)).toBe(true);
  expect(isTicketGenuine(token, strangerKey.publicKey)).toBe(false);
});

test('is not genuine when claims are replaced under the signature', () => {
  const { envelope, ...token } = aTicketToken();
  const payload = encodeClaims(someClaims({ expires: someClaims().expires + 1 }));

  const forged = { ...token, envelope: { ...envelope, payload } };

  expect(isTicketGenuine(forged, issuerKey.publicKey)).toBe(false);
});

test('is not genuine when the same key signed the same claims for another purpose', () => {
  const claims = encodeClaims(someClaims());
  const other = parsedValue(
    parseHalteTicket(signCose(issuerKey, issuerKid, claims, 'halte/receipt/1')),
  );

  expect(isTicketGenuine(other, issuerKey.publicKey)).toBe(false);
});

test('takes no receipt for a ticket', () => {
  expect(parseHalteTicket(signReceipt(issuerKey, aReceipt()))).toEqual(
    faulty('malformed-token', 'no transit claim'),
  );
});

test('has one key for one ticket of one issuer, whatever else it says', () => {
  const key = (token: ReturnType<typeof aTicketToken>) => hex(token.tokenKey);

  expect(key(aTicketToken({ product: 'bulanan', key: strangerKey }))).toBe(key(aTicketToken()));
  expect(key(aTicketToken({ issuer: 'other' }))).not.toBe(key(aTicketToken()));
  expect(key(aTicketToken({ ticketId: bytesOf('0102030405060709') }))).not.toBe(
    key(aTicketToken()),
  );
});

test('recognises its beginning only in full', () => {
  const text = utf8('HALTE1:');

  expect(recognisesHalteTicketText(text)).toBe(true);
  expect(recognisesHalteTicketText(text.subarray(0, 6))).toBe(false);
  expect(recognisesHalteTicketText(utf8(latin1(text).toLowerCase()))).toBe(false);
});
