/** A validator that takes fares from transit cards, and its ledger; cards may be torn off. */
import type { Indicator } from '../../device/indicator.ts';
import { ReaderError } from '../../device/token-reader.ts';
import { deviceTag } from '../../src/core/card/desfire/trip-record.ts';
import { x25519PrivateKey } from '../../src/core/crypto/x25519.ts';
import { decideTap } from '../../src/core/decide.ts';
import type { Place } from '../../src/core/rules/rule.ts';
import type { Rules } from '../../src/core/rules/rules.ts';
import { resetEntry } from '../../src/runtime/driver-take-back.ts';
import { createInspector } from '../../src/runtime/inspector.ts';
import { createStamper } from '../../src/runtime/stamp.ts';
import { createTapHandler } from '../../src/runtime/tap-handler.ts';
import type { TapLedger } from '../../src/store/tap-ledger.ts';
import { createSealer } from '../../src/sync/sealing.ts';
import { respondThroughReader } from '../card-reader-layer.ts';
import type { DesfireCard } from '../cards/desfire/desfire-card.ts';
import { createSimEntropy } from '../sim-chance.ts';
import type { SimClock } from '../sim-clock.ts';
import { keyed, someRules, someSurroundings } from './builders.ts';
import { aLedger } from './ledger-builders.ts';
import { testKeyStore } from './transit-cards.ts';

/** Test key: everybody can read it, nothing may be sealed to it. */
export const cardSealingSeed = new TextEncoder().encode('halte test key - of the backend!');

/** After so many answers the card is gone; the next command it hears or not. */
export interface Tear {
  readonly answered: number;
  readonly heard: boolean;
}

export interface CardBus {
  readonly device: string;
  readonly ledger: TapLedger;
  /** @returns light and reason. */
  hold(card: DesfireCard, tear?: Tear): Promise<string>;
  /** Held while the driver inspects. @returns light and text. */
  inspect(card: DesfireCard, tear?: Tear): Promise<string>;
  /** What the driver is told: in English. */
  resetEntry(): string;
}

/** @param around unless told otherwise without passback: a card can be held again at once. */
export function aCardBus(
  device: string,
  clock: SimClock,
  around: { readonly rules?: Rules; readonly place?: Place } = {},
): CardBus {
  const ledger = aLedger({ device });
  const { rules = someRules({ policy: { passback: [] } }), place = {} } = around;
  const entropy = createSimEntropy(device.length);
  const recipient = x25519PrivateKey(cardSealingSeed).publicKey.bytes;
  const stamper = createStamper(clock, 'boot-1');
  const surroundings = () => ({ ...someSurroundings({ rules }), place });
  let light = 'dark';
  let text = '';
  const indicators: readonly Indicator[] = [
    {
      show(shown) {
        light = `${shown.light} ${shown.fields.reason}`;
        text = `${shown.light} ${shown.text.en}`;
      },
    },
  ];
  const parts = {
    ...{ clock, keyStore: testKeyStore, ledger, deviceTag: deviceTag(device), stamper },
    ...{ surroundings, indicators, report: () => {} },
  };
  const inspector = createInspector(parts);
  const handle = createTapHandler({
    ...{ ...parts, keyed, decide: decideTap, entropy, inspector },
    sealer: createSealer({ entropy }, { recipient, device }),
  });
  async function hold(card: DesfireCard, tear?: Tear): Promise<string> {
    card.reset();
    const channel = { gone: new AbortController().signal, transceive: tornAt(card, tear) };
    const lastByteAt = clock.monotonicNow();
    await handle({ medium: 'nfc', reader: 'front', atr: card.atr, lastByteAt, channel });
    await clock.advance(3_000);
    return light;
  }

  return {
    device,
    ledger,
    hold,
    async inspect(card, tear) {
      inspector.switchTo(true);
      await hold(card, tear);
      inspector.switchTo(false);
      return text;
    },
    resetEntry: () => resetEntry({ ledger, stamper, surroundings, inspector }).text.en,
  };
}

function tornAt(card: DesfireCard, tear: Tear | undefined) {
  let commands = 0;
  return async (apdu: Uint8Array) => {
    commands += 1;
    if (tear === undefined || commands <= tear.answered) return respondThroughReader(card, apdu);
    if (commands === tear.answered + 1 && tear.heard) respondThroughReader(card, apdu);
    throw new ReaderError('card/gone', 'torn off', 'hold it again');
  };
}
