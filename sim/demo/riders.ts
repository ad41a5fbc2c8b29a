/** The demo's riders: who holds what to which reader, and what the validator should say. */
import type { Entropy } from '../../device/clock.ts';
import type { Reason } from '../../src/core/reason.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import type { CardModel } from '../cards/card-model.ts';
import { createForeignCard } from '../cards/foreign-card.ts';
import { createTicketPhone } from '../cards/ticket-phone.ts';
import { wallets } from '../city.ts';
import { syntheticQris } from '../synthetic-qris.ts';
import type { TicketOffice } from '../ticket-office.ts';

export type Act =
  | {
      readonly kind: 'rider';
      readonly name: string;
      readonly shows: Shown;
      /** What the light says; a rider told to try again holds the same thing again. */
      readonly expect: Reason;
    }
  | { readonly kind: 'unplug-scanner' }
  | { readonly kind: 'kill-pcscd' };

export type Shown =
  | { readonly medium: 'qr'; readonly text: string }
  | { readonly medium: 'nfc'; readonly card: CardModel; readonly liftedAfterApdus?: number };

export interface City {
  readonly office: TicketOffice;
  readonly forger: TicketOffice;
  readonly entropy: Entropy;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const hourMs = 60 * 60 * 1_000;

export function demoActs(city: City): readonly Act[] {
  const { office, forger, entropy, now } = city;
  const order = {
    kind: 'single',
    product: 'tiket-harian',
    from: now,
    until: now + hourMs,
  } as const;
  const ticket = () => office.issue(order);
  const phone = () => createTicketPhone(ticket());
  const code = (issuer: string) => syntheticQris(issuer, entropy);
  const expired = office.issue({ ...order, from: now - 48 * hourMs, until: now - 24 * hourMs });
  const usedTicket = ticket();
  const gopay = code(wallets.gopay);

  return [
    qr('Ticket by QR', ticketText(usedTicket), 'ticket-valid'),
    qr('GoPay code', gopay, 'risk-within-limits'),
    nfc('Ticket by phone', phone(), 'ticket-valid'),
    nfc('Same ticket, phone', createTicketPhone(usedTicket), 'already-tapped'),
    qr('Same GoPay code', gopay, 'already-tapped'),
    qr('Expired ticket', ticketText(expired), 'token-expired'),
    qr('Forged ticket', ticketText(forger.issue(order)), 'signature-invalid'),
    qr('Web address', 'https://example.org/menu', 'unknown-format'),
    nfc('Some other card', createForeignCard(), 'unknown-card'),
    ...liftedTooEarly('Phone lifted early', phone()),
    { kind: 'unplug-scanner' },
    qr('ShopeePay code', code(wallets.shopeepay), 'risk-within-limits'),
    { kind: 'kill-pcscd' },
    nfc('Ticket by phone', phone(), 'ticket-valid'),
  ];
}

function ticketText(ticket: Uint8Array): string {
  return halteTicketText(ticket);
}

function qr(name: string, text: string, expect: Reason): Act {
  return { kind: 'rider', name, shows: { medium: 'qr', text }, expect };
}

function nfc(name: string, card: CardModel, expect: Reason): Act {
  return { kind: 'rider', name, shows: { medium: 'nfc', card }, expect };
}

function liftedTooEarly(name: string, card: CardModel): Act[] {
  const lifted = { medium: 'nfc', card, liftedAfterApdus: 1 } as const;
  return [
    { kind: 'rider', name, shows: lifted, expect: 'card-gone' },
    nfc('… held again', card, 'ticket-valid'),
  ];
}
