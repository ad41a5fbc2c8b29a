import { expect, test } from 'vitest';
import { aHolderKey, aTicket, holderKey, someNow } from '../../../sim/testing/builders.ts';
import type { HalteTicketClaims } from './claims.ts';
import { halteTicketText, heldTicketBytesMax, plainTicketBytesMax } from './issue.ts';
import { presentTicket } from './presentation.ts';

/** Alphanumeric characters at error correction M, ISO/IEC 18004 table 7. */
const version10 = 311;
const version13 = 483;

/** Everything that a ticket of the city would say. */
const usual: Partial<HalteTicketClaims> = {
  subject: 'p-8f3a61c2',
  product: 'umum-nontunai',
  riderCategory: 'pelajar',
};

const kinds: readonly Partial<HalteTicketClaims>[] = [
  { kind: 'single' },
  { kind: 'pass', weekdays: 0b0111111 },
  { kind: 'carnet', rides: 10 },
  { kind: 'group', riders: 30 },
  { kind: 'staff' },
];

test.each(kinds)('fits a %o ticket into QR version 10', (kind) => {
  const text = halteTicketText(aTicket({ ...usual, ...kind, networks: ['brt'] }));

  expect(text).toMatch(/^HALTE1:[0-9A-Z $%*+\-./:]+$/);
  expect(text.length).toBeLessThanOrEqual(version10);
});

test.each(kinds)('fits a %o ticket with key and proof into QR version 13', (kind) => {
  const ticket = aTicket({ ...usual, ...kind, holder: aHolderKey() });

  const text = halteTicketText(presentTicket(ticket, holderKey, someNow));

  expect(text.length).toBeLessThanOrEqual(version13);
});

/** The issuer's name fills the ticket up to a byte. */
function ticketOf(bytes: number, more: Partial<HalteTicketClaims> = {}): Uint8Array {
  const fill = { ...more, product: 'p'.repeat(32), riderCategory: 'c'.repeat(23) };
  const missing = bytes - aTicket({ ...fill, issuer: 'i' }).length;
  // A text of 24 characters and more has a longer header.
  return aTicket({ ...fill, issuer: 'i'.repeat(missing + 1 - (missing >= 23 ? 1 : 0)) });
}

test('issues the longest ticket that fits, with and without holder key', () => {
  const plain = ticketOf(plainTicketBytesMax);
  expect(plain).toHaveLength(plainTicketBytesMax);
  expect(halteTicketText(plain).length).toBeLessThanOrEqual(version10);

  const held = ticketOf(heldTicketBytesMax, { holder: aHolderKey() });
  expect(held).toHaveLength(heldTicketBytesMax);
  const shown = halteTicketText(presentTicket(held, holderKey, someNow));
  expect(shown.length).toBeLessThanOrEqual(version13);
});

test('issues nothing that would need a larger code', () => {
  expect(() => ticketOf(plainTicketBytesMax + 1)).toThrow(RangeError);
  expect(() => ticketOf(heldTicketBytesMax + 1, { holder: aHolderKey() })).toThrow(RangeError);
});
