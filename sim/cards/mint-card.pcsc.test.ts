/**
 * `halte mint card` through a real pcscd: a blank card in the virtual slot is pulled away, held again
 * and finished, and then pays at a validator's door.
 */
import { describe, expect, test } from 'vitest';
import { createPcscCardReader } from '../../device/pcsc/pcsc-card-reader.ts';
import { openSession } from '../contracts/token-reader-card.ts';
import { mintCard } from '../mint-card.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { bytesOf } from '../testing/builders.ts';
import { aLedger } from '../testing/ledger-builders.ts';
import { createCardDoor, holdPcscd, pcscdIsHere, standClock } from '../testing/pcsc-stand.ts';
import { lookAt, testKeyStore } from '../testing/transit-cards.ts';
import type { CardModel } from './card-model.ts';
import { createDesfireCard } from './desfire/desfire-card.ts';

const isHere = await pcscdIsHere('minting a card over pcscd');
const options = { keys: 'test-keys.json', balance: '50000', days: '30' };

describe.skipIf(!isHere)('with pcscd', { timeout: 60_000 }, () => {
  const [slot] = holdPcscd();
  const reader = createPcscCardReader({ clock: standClock }, { slot: '00 00' });
  const entropy = createSimEntropy(3);

  /** Somebody at the reader holds the card whenever asked; the first time not for long enough. */
  async function mint(card: CardModel) {
    const lines: string[] = [];
    const holds: Promise<void>[] = [];
    const out = (line: string) => {
      lines.push(line);
      if (line.startsWith('hold a blank')) holds.push(slot.insert(card, { tearAfterApdus: 30 }));
      if (line.startsWith('the card was pulled away')) holds.push(slot.insert(card));
    };
    const readInput = async () => new Uint8Array();
    const stopping = new AbortController().signal;
    const deps = { openReader: () => reader, openKeyStore: () => testKeyStore };
    const exitCode = await mintCard(
      options,
      { out, err: out, readInput, stopping, inColour: false },
      { clock: standClock, entropy, ...deps },
    );
    await Promise.all(holds);
    await slot.remove();
    return { exitCode, lines, held: holds.length };
  }

  async function pay(card: CardModel) {
    const session = openSession(reader);
    await slot.insert(card);
    const visit = await createCardDoor(aLedger()).visit(await session.nextCard());
    await session.close();
    return visit;
  }

  test('makes a card that was pulled away amid it, and the card pays', async () => {
    const uid = bytesOf('04112233445566');
    const card = createDesfireCard({ uid, generation: 'ev2', entropy });

    const { exitCode, lines, held } = await mint(card);
    const { light } = await pay(card);

    expect([exitCode, held]).toEqual([0, 2]);
    expect(lines).toContain('balance   Rp50000');
    expect(light).toBe('green fare-debited');
    expect((await lookAt(card)).balance).toBe(50_000 - 3_500);
  });
});
