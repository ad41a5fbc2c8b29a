/**
 * What a rider at the panel can hold to the validator: codes on a phone and cards, good, stale,
 * copied and wrong. Each medium holds itself to the bus; nothing here knows of pages.
 */
import type { Entropy } from '../../device/clock.ts';
import type { KeyStore } from '../../device/key-store.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import { presentTicket } from '../../src/core/ticket/presentation.ts';
import type { Bus } from '../bus.ts';
import { issueTransitCard } from '../card-office.ts';
import type { CardModel } from '../cards/card-model.ts';
import { createQrisTapPhone } from '../cards/qris-tap-phone.ts';
import { createTicketPhone } from '../cards/ticket-phone.ts';
import { createUidCard } from '../cards/uid-card.ts';
import { wallets } from '../city.ts';
import { syntheticQris } from '../synthetic-qris.ts';

export interface Medium {
  /** Kebab-case. */
  readonly id: string;
  readonly kind: 'code' | 'card';
  readonly name: { readonly id: string; readonly en: string };
  /** What its code says at this moment; absent for a card. */
  code?(): string;
  hold(): void;
}

export interface WalletDeps {
  readonly bus: Bus;
  readonly entropy: Entropy;
  readonly keyStore: KeyStore;
}

const hourMs = 60 * 60 * 1_000;
/** A card is drawn away after this; the reader must have finished by then. */
const heldMs = 1_500;
/** The fictional merchant of the QRIS specification. */
const shopCode =
  '00020101021126670018ID.CO.EXAMPLE2.WWW01159360001404567890215MIDCONTOH1234560303UMI51370014ID.CO.QRIS.WWW0215ID10191234567815204123453033605802ID5914NamaMerchantC16009NamaKota16110123456789062070703K196304B22E';

export async function createWallet(deps: WalletDeps): Promise<readonly Medium[]> {
  return [...codes(deps), ...(await cards(deps))];
}

function codes({ bus, entropy }: WalletDeps): readonly Medium[] {
  const now = bus.clock.wallNow();
  const order = {
    kind: 'single',
    product: 'tiket-harian',
    from: now,
    until: now + 24 * hourMs,
  } as const;
  const holder = ed25519PrivateKey(entropy.bytes(32));
  const holderKey = { algorithm: holder.algorithm, publicKey: holder.publicKey };
  const pass = bus.office.issue({ ...order, kind: 'pass', holder: holderKey });
  const ticket = halteTicketText(bus.office.issue(order));
  const expired = { ...order, from: now - 48 * hourMs, until: now - 24 * hourMs };
  const wallet = (issuer: string, rider: number) => () => syntheticQris(issuer, entropy, { rider });
  const stale = wallet(wallets.gopay, 7)();
  const shown = (text: string) => halteTicketText(presentTicket(pass, holder, Number(text)));
  const screenshot = shown(String(now - 5 * 60_000));
  const list: readonly (readonly [string, string, string, () => string])[] = [
    ['gopay', 'GoPay, kode baru', 'GoPay, fresh code', wallet(wallets.gopay, 1)],
    ['gopay-friend', 'GoPay teman', 'A friend’s GoPay', wallet(wallets.gopay, 2)],
    ['gopay-stale', 'GoPay, kode lama', 'GoPay, the same old code', () => stale],
    ['ovo', 'OVO', 'OVO', wallet(wallets.ovo, 3)],
    ['ticket', 'Tiket sekali jalan', 'Single ticket', () => ticket],
    ['pass', 'Langganan di aplikasi', 'Pass in its app', () => shown(String(bus.clock.wallNow()))],
    ['pass-screenshot', 'Tangkapan layar', 'Screenshot of a pass', () => screenshot],
    [
      'ticket-expired',
      'Tiket kedaluwarsa',
      'Expired ticket',
      () => halteTicketText(bus.office.issue(expired)),
    ],
    ['shop', 'QR toko', 'QR of a shop', () => shopCode],
    ['web', 'Alamat web', 'Web address', () => 'https://example.org/menu'],
  ];
  return list.map(([id, name, en, code]) => ({
    ...{ id, kind: 'code', name: { id: name, en }, code },
    hold: () => bus.scanner.send(`${code()}\r\n`),
  }));
}

async function cards({ bus, entropy, keyStore }: WalletDeps): Promise<readonly Medium[]> {
  const issue = (openingBalance: number) =>
    issueTransitCard(
      { uid: Uint8Array.of(0x04, ...entropy.bytes(6)), openingBalance },
      { keyStore, entropy },
    );
  const now = bus.clock.wallNow();
  const order = {
    kind: 'single',
    product: 'tiket-harian',
    from: now,
    until: now + 24 * hourMs,
  } as const;
  const full = await issue(20_000);
  const nearlyEmpty = await issue(1_000);
  const tapPhone = createQrisTapPhone({
    entropy,
    nextCode: () => syntheticQris(wallets.dana, entropy, { rider: 4 }),
  });
  const list: readonly (readonly [string, string, string, CardModel])[] = [
    ['transit-card', 'Kartu Rp 20.000', 'Transit card, Rp 20.000', full],
    ['transit-card-low', 'Kartu Rp 1.000', 'Transit card, Rp 1.000', nearlyEmpty],
    [
      'ticket-phone',
      'Tiket di ponsel NFC',
      'Ticket on an NFC phone',
      createTicketPhone(bus.office.issue(order)),
    ],
    ['qris-tap', 'QRIS Tap', 'QRIS Tap phone', tapPhone],
    ['uid-clone', 'Kartu UID tiruan', 'Cloned UID card', createUidCard(full.uid, 'classic-1k')],
  ];
  const lift = async () => {
    await bus.clock.sleep(heldMs);
    bus.cards.remove();
  };
  return [
    ...list.map(
      ([id, name, en, card]): Medium => ({
        ...{ id, kind: 'card', name: { id: name, en } },
        hold() {
          bus.cards.present(card, { apduMs: 15 });
          void lift();
        },
      }),
    ),
    {
      ...{
        id: 'two-cards',
        kind: 'card',
        name: { id: 'Dua kartu sekaligus', en: 'Two cards at once' },
      },
      hold() {
        bus.cards.collide();
        void lift();
      },
    },
  ];
}
