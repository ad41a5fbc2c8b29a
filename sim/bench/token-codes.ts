/** Codes for the benchmark, each unlike the last, as offices, wallets and shops would give them. */
import type { Entropy } from '../../device/clock.ts';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { fareCode } from '../../src/core/qris/merchant-code.ts';
import type { HalteTicketClaims } from '../../src/core/ticket/claims.ts';
import { halteTicketText, issueHalteTicket } from '../../src/core/ticket/issue.ts';
import { presentTicket } from '../../src/core/ticket/presentation.ts';
import { wallets } from '../city.ts';
import type { PretixOffice } from '../pretix-office.ts';
import { syntheticQris } from '../synthetic-qris.ts';
import type { BenchSigner } from './bench-signer.ts';

/** 2026-11-02T00:00:00Z, milliseconds since 1970: when all codes are made and judged. */
export const benchNow = 1_793_577_600_000;
const hourMs = 3_600_000;

export const benchIssuer = 'trans-semarang';

/** One code after another. */
export type MakeCode = () => Uint8Array;

export type ChosenClaims = Partial<HalteTicketClaims>;

/** Every claim that a ticket without a holder key can have and still fit its QR code. */
export const allClaims: ChosenClaims = {
  subject: 'pelanggan-0001',
  riderCategory: 'pelajar',
  kind: 'carnet',
  rides: 10,
  networks: ['trans-semarang'],
  routes: ['1', '2', '3A'],
  weekdays: 127,
};

export function ticketBytes(
  signer: BenchSigner,
  entropy: Entropy,
  claims: ChosenClaims = {},
): Uint8Array {
  return issueHalteTicket(
    { signer, kid: kidOf(signer) },
    {
      issuer: benchIssuer,
      ticketId: entropy.bytes(8),
      notBefore: (benchNow - hourMs) / 1_000,
      expires: (benchNow + 23 * hourMs) / 1_000,
      kind: 'pass',
      product: 'harian',
      ...claims,
    },
  );
}

/** The first bytes of its public key. */
export function kidOf({ publicKey }: BenchSigner): Uint8Array {
  return publicKey.slice(0, 4);
}

export function ticketText(presented: Uint8Array): Uint8Array {
  return utf8(halteTicketText(presented));
}

/** A ticket of the holder's key, with a proof made now. */
export function heldTicketText(issuer: BenchSigner, holder: BenchSigner, entropy: Entropy) {
  const { algorithm, publicKey } = holder;
  const ticket = ticketBytes(issuer, entropy, { holder: { algorithm, publicKey } });
  return ticketText(presentTicket(ticket, holder, benchNow));
}

/** A flipped bit in the signature, which ends the ticket. */
export function forged(ticket: Uint8Array): Uint8Array {
  const last = ticket.length - 1;
  return ticket.map((byte, index) => (index === last ? byte ^ 1 : byte));
}

export function pretixCodes(office: PretixOffice): MakeCode {
  let item = 0;
  return () => {
    item += 1;
    const times = { from: benchNow - hourMs, until: benchNow + hourMs };
    return utf8(office.issue({ item, variation: 7, subevent: 9, ...times }));
  };
}

export function paymentCodes(entropy: Entropy): MakeCode {
  return () => utf8(syntheticQris(wallets.gopay, entropy));
}

export function merchantCodes(entropy: Entropy): MakeCode {
  const merchant = {
    name: 'TRANS SEMARANG',
    city: 'SEMARANG',
    postalCode: '50131',
    criteria: 'BLU',
    accounts: [
      { id: 26, domain: 'ID.CO.EXAMPLE.WWW', pan: '936009140000000000', merchantId: 'BRT' },
    ],
    nmid: 'ID1020000000000',
    terminalLabel: 'H-1',
  } as const;
  const fare = { amount: 3_500, currency: 'IDR' } as const;
  return () => utf8(fareCode(merchant, fare, hex(entropy.bytes(8))));
}

/** Of some other company: as long as tickets are, and of no format known here. */
export function unknownCodes(entropy: Entropy): MakeCode {
  return () => utf8(`https://example.org/${hex(entropy.bytes(100))}`);
}
