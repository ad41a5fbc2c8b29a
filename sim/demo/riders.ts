/** The demo's riders: who holds what to which reader, and what the validator should say. */
import type { Entropy } from '../../device/clock.ts';
import { createFileKeyStore } from '../../src/config/key-file.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import type { Reason } from '../../src/core/reason.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import { presentTicket } from '../../src/core/ticket/presentation.ts';
import { issueTransitCard } from '../card-office.ts';
import type { CardModel } from '../cards/card-model.ts';
import { createForeignCard } from '../cards/foreign-card.ts';
import { createQrisTapPhone } from '../cards/qris-tap-phone.ts';
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
  | { readonly kind: 'silence-acquirer' }
  | { readonly kind: 'unplug-scanner' }
  | { readonly kind: 'kill-pcscd' };

export type Shown =
  | { readonly medium: 'qr'; readonly text: string }
  | { readonly medium: 'nfc'; readonly card: CardModel; readonly liftedAfterApdus?: number };

export interface City {
  readonly office: TicketOffice;
  readonly forger: TicketOffice;
  readonly entropy: Entropy;
  /** Test keys of its transit cards. */
  readonly cardKeyFile: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The fictional merchant of the QRIS specification. */
const shopCode =
  '00020101021126670018ID.CO.EXAMPLE2.WWW01159360001404567890215MIDCONTOH1234560303UMI51370014ID.CO.QRIS.WWW0215ID10191234567815204123453033605802ID5914NamaMerchantC16009NamaKota16110123456789062070703K196304B22E';

const hourMs = 60 * 60 * 1_000;

export async function demoActs(city: City): Promise<readonly Act[]> {
  const { office, forger, entropy, now, cardKeyFile } = city;
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
  const tapPhone = createQrisTapPhone({ entropy, nextCode: () => code(wallets.ovo) });
  const holder = ed25519PrivateKey(entropy.bytes(32));
  const holderKey = { algorithm: holder.algorithm, publicKey: holder.publicKey };
  const heldTicket = office.issue({ ...order, kind: 'pass', holder: holderKey });
  const screenshot = presentTicket(heldTicket, holder, now - 5 * 60_000);
  const transitCard = await issueTransitCard(
    { uid: Uint8Array.of(0x04, ...entropy.bytes(6)), openingBalance: 20_000 },
    { keyStore: createFileKeyStore(cardKeyFile), entropy },
  );

  return [
    qr('Ticket by QR', ticketText(usedTicket), 'ticket-valid'),
    qr('GoPay code', gopay, 'payment-authorised'),
    nfc('Ticket by phone', phone(), 'ticket-valid'),
    nfc('Same ticket, phone', createTicketPhone(usedTicket), 'already-tapped'),
    qr('Same GoPay code', gopay, 'already-tapped'),
    nfc('QRIS Tap, OVO', tapPhone, 'payment-authorised'),
    nfc('Transit card', transitCard, 'fare-debited'),
    qr('Pass, screenshot', ticketText(screenshot), 'holder-proof-stale'),
    nfc('Pass on its phone', createTicketPhone(heldTicket, holder), 'ticket-valid'),
    qr('QR of a shop', shopCode, 'merchant-code'),
    qr('Expired ticket', ticketText(expired), 'token-expired'),
    qr('Forged ticket', ticketText(forger.issue(order)), 'signature-invalid'),
    qr('Web address', 'https://example.org/menu', 'unknown-format'),
    nfc('Some other card', createForeignCard(), 'unknown-card'),
    ...liftedTooEarly('Phone lifted early', phone()),
    { kind: 'unplug-scanner' },
    { kind: 'silence-acquirer' },
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
