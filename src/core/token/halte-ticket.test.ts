import { expect, test } from 'vitest';
import {
  aHolderKey,
  aTicket,
  aTicketToken,
  bytesOf,
  holderKey,
  issuerKey,
  issuerKid,
  keyed,
  parsedValue,
  someClaims,
  someFacts,
  someNow,
  strangerKey,
} from '../../../sim/testing/builders.ts';
import { aReceipt } from '../../../sim/testing/row-builders.ts';
import { hex, latin1, utf8 } from '../bytes.ts';
import { signCose } from '../crypto/cose-sign1.ts';
import { signReceipt } from '../ledger/receipt.ts';
import { faulty } from '../parsed.ts';
import { genuine } from '../rules/genuine.ts';
import { encodeClaims, type HalteTicketClaims } from '../ticket/claims.ts';
import { ticketContext } from '../ticket/envelope.ts';
import { halteTicketText } from '../ticket/issue.ts';
import { bucketMs, presentTicket } from '../ticket/presentation.ts';
import { halteTicket, parseHalteTicket, ticketBytesMax } from './halte-ticket.ts';
import type { Token } from './token.ts';

const isGenuine = (token: Token) => genuine(someFacts({ token })) === undefined;

test('reads the ticket that was issued, from text and from bytes alike', () => {
  const ticket = aTicket();
  const text = utf8(halteTicketText(ticket));

  expect(halteTicket.recognises(text)).toBe(true);
  expect(halteTicket.parse(text, keyed)).toEqual(parseHalteTicket(ticket, keyed));
});

test('makes facts of the claims', () => {
  const { issuer, notBefore, expires } = someClaims();
  const token = aTicketToken({ subject: 'p-17', riderCategory: 'pelajar', routes: ['1'] });

  expect(token).toMatchObject({
    format: 'halte-ticket',
    issuer,
    validity: { from: notBefore * 1_000, until: expires * 1_000 },
    product: 'harian',
    riderCategory: 'pelajar',
    routes: ['1'],
    proof: { kind: 'signed', issuer, kid: issuerKid, algorithm: 'EdDSA' },
  });
  expect(token).not.toHaveProperty('holder');
  expect(token).not.toHaveProperty('subject');
});

test.each<[Partial<HalteTicketClaims>, Token['rides'], number | undefined]>([
  [{ kind: 'single' }, 1, undefined],
  [{ kind: 'pass' }, 'unlimited', undefined],
  [{ kind: 'carnet', rides: 10 }, 10, undefined],
  [{ kind: 'group', riders: 30 }, 1, 30],
  [{ kind: 'staff' }, 'unlimited', undefined],
])('lets %o ride so often, with so many riders', (claims, rides, riders) => {
  const token = aTicketToken(claims);

  expect([token.rides, token.riders]).toEqual([rides, riders]);
});

test('knows one person’s tickets by one account key, without their pseudonym', () => {
  const account = (claims: Partial<HalteTicketClaims>) =>
    hex(aTicketToken(claims).accountKey ?? new Uint8Array());
  const otherTicket = { subject: 'p-17', ticketId: bytesOf('0909090909090909') };

  expect(account(otherTicket)).toBe(account({ subject: 'p-17' }));
  expect(account({ subject: 'p-18' })).not.toBe(account({ subject: 'p-17' }));
  expect(aTicketToken()).not.toHaveProperty('accountKey');
});

test('keeps the space with which Base45 may begin, as it does for a key id of 15 bytes', () => {
  const text = halteTicketText(aTicket({ kid: new Uint8Array(15) }));

  expect(text).toMatch(/^HALTE1: \S/);
  expect(halteTicket.parse(utf8(text), keyed).ok).toBe(true);
  expect(halteTicket.parse(utf8(text.replace(': ', ':')), keyed).ok).toBe(false);
});

test.each([
  ['nothing', '', 'not deterministic CBOR at byte 0'],
  ['a lone symbol', 'A', 'not Base45 at byte 7 of the text'],
  ['small letters', 'bb8', 'not Base45 at byte 7 of the text'],
  ['Base45 of something else', 'BB8', 'no array of four at byte 0'],
])('refuses %s after the beginning', (_, text, detail) => {
  expect(halteTicket.parse(utf8(`HALTE1:${text}`), keyed)).toEqual(
    faulty('malformed-token', detail),
  );
});

test('refuses a ticket past the longest before it looks inside', () => {
  expect(parseHalteTicket(new Uint8Array(ticketBytesMax), keyed)).toEqual(
    faulty('malformed-token', 'not deterministic CBOR at byte 1'),
  );
  expect(parseHalteTicket(new Uint8Array(ticketBytesMax + 1), keyed)).toEqual(
    faulty('malformed-token', 'longer than 512 bytes'),
  );
});

test('is genuine with the key that signed it and with no other', () => {
  expect(isGenuine(aTicketToken())).toBe(true);
  expect(isGenuine(aTicketToken({ key: strangerKey }))).toBe(false);
});

test('is not genuine when the same key signed the same claims for another purpose', () => {
  const payload = encodeClaims(someClaims());
  const by = { signer: issuerKey, kid: issuerKid };
  const ticket = parseHalteTicket(signCose(by, payload, ticketContext), keyed);
  const other = parseHalteTicket(signCose(by, payload, 'halte/receipt/1'), keyed);

  expect(isGenuine(parsedValue(ticket))).toBe(true);
  expect(isGenuine(parsedValue(other))).toBe(false);
});

test('takes no receipt for a ticket', () => {
  expect(parseHalteTicket(signReceipt(issuerKey, aReceipt()), keyed)).toEqual(
    faulty('malformed-token', expect.stringMatching(/^no transit claim in the map at byte \d+$/)),
  );
});

test('has one key for one ticket of one issuer, whatever else it says', () => {
  const key = (token: Token) => hex(token.tokenKey);

  expect(key(aTicketToken({ product: 'bulanan', key: strangerKey }))).toBe(key(aTicketToken()));
  expect(key(aTicketToken({ issuer: 'other' }))).not.toBe(key(aTicketToken()));
  expect(key(aTicketToken({ ticketId: bytesOf('0102030405060709') }))).not.toBe(
    key(aTicketToken()),
  );
});

test('recognises its beginning only in full', () => {
  const text = utf8('HALTE1:');

  expect(halteTicket.recognises(text)).toBe(true);
  expect(halteTicket.recognises(text.subarray(0, 6))).toBe(false);
  expect(halteTicket.recognises(utf8(latin1(text).toLowerCase()))).toBe(false);
});

test('is the same ticket with a proof of its holder, and carries the proof', () => {
  const ticket = aTicket({ holder: aHolderKey() });
  const bare = parsedValue(parseHalteTicket(ticket, keyed));

  const shown = parsedValue(parseHalteTicket(presentTicket(ticket, holderKey, someNow), keyed));

  expect(hex(shown.tokenKey)).toBe(hex(bare.tokenKey));
  expect(isGenuine(shown)).toBe(true);
  expect(bare.holder).not.toHaveProperty('proof');
  expect(shown.holder?.proof?.madeBetween).toEqual({ from: someNow, until: someNow + bucketMs });
});

test('names every field where it lies in the ticket, a proof included', () => {
  const ticket = aTicket({ holder: aHolderKey(), kind: 'carnet', rides: 10, routes: ['1', '2'] });
  const presented = presentTicket(ticket, holderKey, someNow);

  const fields = halteTicket.fields(utf8(halteTicketText(presented)));

  const byPath = new Map(fields.map((field) => [field.path, field]));
  expect(byPath.get('claims.1')).toMatchObject({ name: 'iss, issuer', value: 'trans-semarang' });
  expect(byPath.get('claims.4')?.at).toBe(someClaims().expires * 1_000);
  expect(byPath.get('claims.-65537.1')?.value).toBe('carnet');
  expect(byPath.get('claims.-65537.7.1')).toMatchObject({ name: 'route', value: '2' });
  expect(byPath.get('proof.1')?.at).toBe(someNow);
  for (const path of ['claims.7', 'claims.8.1.-2', 'signature', 'protected.4', 'proof.2']) {
    const field = byPath.get(path);
    const lies = presented.subarray(field?.offset, (field?.offset ?? 0) + (field?.bytes ?? 0));
    expect(hex(lies)).toBe(field?.value);
  }
});

test.each([
  ['a bare ticket', aTicket(), ['signature']],
  [
    'a ticket with its proof',
    presentTicket(aTicket({ holder: aHolderKey() }), holderKey, someNow),
    ['signature', 'proof.2'],
  ],
])('marks as secret what a copy of %s needs', (_, presented, paths) => {
  const fields = halteTicket.fields(utf8(halteTicketText(presented)));

  expect(fields.filter(({ secret }) => secret).map(({ path }) => path)).toEqual(paths);
});

test.each(['HALTE1:', 'HALTE1:bb8', 'HALTE1:BB8', 'HALTE1:%69 VD92EX0'])(
  'has no fields to name in %s',
  (text) => {
    expect(halteTicket.fields(utf8(text))).toEqual([]);
  },
);
