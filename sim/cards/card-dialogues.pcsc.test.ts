/**
 * Every card dialogue through a real pcscd: virtual slot, host process, driver, tap handler. What
 * pcscd adds is told by the same visit without it, which must go the same word for word. The radio
 * and the firmware of a reader are not in it.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPcscCardReader } from '../../device/pcsc/pcsc-card-reader.ts';
import { readBundle } from '../../src/bundle/read-rules.ts';
import { hex } from '../../src/core/bytes.ts';
import { dialogueMs } from '../../src/runtime/drive-dialogue.ts';
import { openSession, type ScanSession } from '../contracts/token-reader-card.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { syntheticQris } from '../synthetic-qris.ts';
import {
  aHolderKey,
  aListing,
  aTicket,
  bytesOf,
  gopay,
  holderKey,
  keyed,
  someRules,
  strangerKey,
} from '../testing/builders.ts';
import { aLedger } from '../testing/ledger-builders.ts';
import {
  createCardDoor,
  directScan,
  holdPcscd,
  listening,
  pcscdIsHere,
  standClock,
} from '../testing/pcsc-stand.ts';
import { aTransitCard, lookAt } from '../testing/transit-cards.ts';
import type { VirtualCardSlot } from '../virtual-card-slot.ts';
import type { CardModel } from './card-model.ts';
import { createForeignCard } from './foreign-card.ts';
import { createQrisTapPhone } from './qris-tap-phone.ts';
import { createRudeCard, type RudeCard } from './rude-card.ts';
import { createTicketPhone } from './ticket-phone.ts';
import { createUidCard } from './uid-card.ts';

type InsertOptions = Parameters<VirtualCardSlot['insert']>[1];

const isHere = await pcscdIsHere('card dialogues over pcscd');

const uid = bytesOf('04112233445566');
const heldTicket = aTicket({ holder: aHolderKey() });
/** What a busy machine may add to a deadline. */
const slackMs = 500;
const askUid = 'ffca000000';
const listedUid = bytesOf('04665544332211');
const allowed = aListing({ kind: 'card', effect: 'allow', product: 'umum' });
const listings = new Map([[hex(keyed('card', listedUid)), [allowed]]]);
const rules = someRules({ listings });
const { rules: semarang } = readBundle(
  fileURLToPath(new URL('../../fixtures/trans-semarang', import.meta.url)),
);

function aQrisPhone(recordBytes: number): CardModel {
  const nextCode = () => syntheticQris(gopay, createSimEntropy(1));
  return createQrisTapPhone({ entropy: createSimEntropy(2), nextCode }, { recordBytes });
}

describe.skipIf(!isHere)('with pcscd', { timeout: 20_000 }, () => {
  const slots = holdPcscd();
  let session: ScanSession;
  let turn: 0 | 1 = 0;
  const emptied: Promise<void>[] = [];

  beforeAll(() => {
    session = openSession(createPcscCardReader({ clock: standClock }));
  });
  afterAll(async () => {
    await Promise.all(emptied);
    await session.close();
  });

  /**
   * Holds the card once, to a validator that has just started on this ledger. Slots take turns: one
   * is still being emptied, which takes pcscd half a second, when the other has its card.
   */
  async function hold(
    card: CardModel,
    options: InsertOptions = {},
    ledger = aLedger(),
    door = createCardDoor(ledger, rules),
  ) {
    const slot = slots[turn];
    await emptied[turn];
    const listener = listening(card);
    await slot.insert(listener.card, options);
    const visit = await door.visit(await session.nextCard());
    emptied[turn] = slot.remove();
    turn = turn === 0 ? 1 : 0;
    return { ...visit, heard: listener.heard };
  }

  function holdRude({ card, holding }: RudeCard, ledger = aLedger()) {
    return hold(card, holding, ledger);
  }

  const cards: readonly [string, () => CardModel | Promise<CardModel>, string][] = [
    ['a ticket phone', () => createTicketPhone(aTicket()), 'green ticket-valid'],
    ['its holder’s phone', () => createTicketPhone(heldTicket, holderKey), 'green ticket-valid'],
    [
      'a copied ticket',
      () => createTicketPhone(heldTicket, strangerKey),
      'red holder-proof-invalid',
    ],
    [
      'a copied ticket without key',
      () => createTicketPhone(heldTicket),
      'red holder-proof-missing',
    ],
    ['a QRIS phone, one record', () => aQrisPhone(250), 'green risk-within-limits'],
    ['a QRIS phone, two records', () => aQrisPhone(100), 'green risk-within-limits'],
    ['a listed card', () => createUidCard(listedUid), 'green card-listed'],
    ['an Ultralight', () => createUidCard(uid, 'ultralight'), 'red card-not-listed'],
    ['a Classic', () => createUidCard(uid, 'classic-1k'), 'red card-not-listed'],
    ['a card without application', () => createUidCard(uid, 'iso-14443-4'), 'red card-not-listed'],
    [
      'a phone without app',
      () => createUidCard(bytesOf('08aabbcc'), 'iso-14443-4'),
      'red open-your-app',
    ],
    ['a foreign card', createForeignCard, 'red unknown-card'],
    ['a DESFire EV3 card', () => aTransitCard({ generation: 'ev3' }), 'green fare-debited'],
    ['a DESFire EV2 card', () => aTransitCard({ generation: 'ev2' }), 'green fare-debited'],
    ['a DESFire EV1 card', () => aTransitCard({ generation: 'ev1' }), 'green fare-debited'],
  ];

  test.each(cards)('reads %s as it does without pcscd', async (_, aCard, light) => {
    const [near, far] = [aLedger(), aLedger()];
    const direct = await createCardDoor(near, rules).visit(directScan(await aCard()));

    const visit = await hold(await aCard(), {}, far);

    expect(visit.light).toBe(light);
    expect(visit.said).toEqual(direct.said);
    // The reader's own command is answered by the reader: no card ever hears it.
    expect(visit.heard).toEqual(direct.said.filter((apdu) => apdu !== askUid));
    expect(tapsOf(far)[0]?.tokenKey).toEqual(tapsOf(near)[0]?.tokenKey);
  });

  test.each([
    ['before it hears the debit', 'ev2', 'dc', false],
    ['before it hears the commit', 'ev2', 'c7', false],
    ['after it has carried out the commit', 'ev2', 'c7', true],
    ['after it has carried out the commit', 'ev3', 'c7', true],
    ['after it has carried out the commit', 'ev1', 'c7', true],
  ] as const)(
    'takes one fare when a card is torn off %s (%s)',
    async (_, generation, code, isLastHeard) => {
      const ledger = aLedger();
      const twin = await aTransitCard({ generation });
      const { said } = await createCardDoor(aLedger(), rules).visit(directScan(twin));
      const card = await aTransitCard({ generation });
      const tornAfter = said.findIndex((apdu) => apdu.startsWith(`90${code}`));

      const torn = await holdRude(createRudeCard({ tornAfter, isLastHeard }, card), ledger);
      const again = await hold(card, {}, ledger);

      expect([torn.light, again.light]).toEqual(['amber card-gone', 'green fare-debited']);
      const commits = [torn, again].map(({ heard }) => heard.filter(isCommit).length);
      expect(commits).toEqual(isLastHeard ? [1, 0] : [0, 1]);
      expect((await lookAt(card)).balance).toBe((await lookAt(twin)).balance);
      expect(tapsOf(ledger).filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    },
  );

  test.each(['ev2', 'ev1'] as const)(
    'gives the free transfer of another bus to a card of %s that says where it has been',
    async (generation) => {
      const [near, far] = [aLedger(), aLedger({ device: 'bus-2' })];
      const card = await aTransitCard({ generation });
      const first = createCardDoor(near, semarang, {
        place: { routeId: 'koridor-1', stopId: 'mangkang' },
      });
      const next = createCardDoor(far, semarang, {
        ...{ device: 'bus-2', place: { routeId: 'koridor-2', stopId: 'balai-kota' } },
      });

      const paid = await hold(card, {}, near, first);
      const free = await hold(card, {}, far, next);

      expect([paid.light, free.light]).toEqual(['green fare-debited', 'green transfer-applied']);
      expect((await lookAt(card)).balance).toBe(20_000 - 3_500);
      expect(tapsOf(far)[0]).toMatchObject({ amount: 0, transfers: 1, legGroup: 'dari-transit' });
    },
  );

  test('gives up a silent card at the deadline', async () => {
    const { light, ms } = await holdRude(createRudeCard({ silentAfter: 0 }));

    expect(light).toBe('amber card-timeout');
    expect(ms).toBeGreaterThanOrEqual(dialogueMs - 1);
    expect(ms).toBeLessThan(dialogueMs + slackMs);
  });

  test('gives up a card that falls silent amid its dialogue at the same deadline', async () => {
    const rude = createRudeCard({ silentAfter: 5 }, await aTransitCard());

    const { light, said, ms } = await holdRude(rude);

    expect([light, said.length]).toEqual(['amber card-timeout', 6]);
    expect(ms).toBeLessThan(dialogueMs + slackMs);
  });

  test('asks to hold a card longer that is torn off at the first command', async () => {
    const rude = createRudeCard({ tornAfter: 0 }, createTicketPhone(aTicket()));

    const { light, said } = await holdRude(rude);

    expect([light, said.length]).toEqual(['amber card-gone', 1]);
  });

  test.each([
    ['one byte', '90', 'amber card-gone'],
    ['a success without data', '9000', 'amber card-answer-invalid'],
    ['a ticket that is too long', '01ffff9000', 'red malformed-token'],
    ['as much as fits', `${'a5'.repeat(256)}9000`, 'red malformed-token'],
    ['more than fits', `${'a5'.repeat(400)}9000`, 'amber card-gone'],
  ])('takes a card that answers %s for none', async (_, answer, light) => {
    const rude = createRudeCard({ answers: bytesOf(answer) });

    expect((await holdRude(rude)).light).toBe(light);
  });
});

const isCommit = (apdu: string) => apdu.startsWith('90c7');

function tapsOf(ledger: ReturnType<typeof aLedger>) {
  return ledger.audit.entries(100).flatMap(({ row }) => (row?.kind === 'tap' ? [row] : []));
}
