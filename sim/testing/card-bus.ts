/** A validator that takes fares from transit cards, and its ledger; cards may be torn off. */
import { ReaderError } from '../../device/token-reader.ts';
import { deviceTag } from '../../src/core/card/desfire/trip-record.ts';
import { x25519PrivateKey } from '../../src/core/crypto/x25519.ts';
import { decideTap } from '../../src/core/decide.ts';
import type { Place } from '../../src/core/rules/rule.ts';
import type { Rules } from '../../src/core/rules/rules.ts';
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
  let light = 'dark';
  const handle = createTapHandler({
    ...{ clock, keyed, keyStore: testKeyStore, decide: decideTap, ledger, entropy },
    deviceTag: deviceTag(device),
    sealer: createSealer({ entropy }, { recipient, device }),
    stamper: createStamper(clock, 'boot-1'),
    indicators: [{ show: (shown) => (light = `${shown.light} ${shown.fields.reason}`) }],
    report: () => {},
    surroundings: () => ({ ...someSurroundings({ rules }), place }),
  });
  return {
    device,
    ledger,
    async hold(card, tear) {
      card.reset();
      const channel = { gone: new AbortController().signal, transceive: tornAt(card, tear) };
      const lastByteAt = clock.monotonicNow();
      await handle({ medium: 'nfc', reader: 'front', atr: card.atr, lastByteAt, channel });
      await clock.advance(3_000);
      return light;
    },
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
