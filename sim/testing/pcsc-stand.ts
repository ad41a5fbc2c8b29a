/**
 * Test support: cards held to the validator through pcscd's virtual slot, the real driver and the
 * tap handler, and the same without pcscd to compare with. Only the wall clock stands still, so that
 * tickets and trips are the same in every run.
 */
import { afterAll, beforeAll } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { CardScan } from '../../device/token-reader.ts';
import { hex } from '../../src/core/bytes.ts';
import { deviceTag } from '../../src/core/card/desfire/trip-record.ts';
import { decideTap } from '../../src/core/decide.ts';
import type { Place } from '../../src/core/rules/rule.ts';
import type { Rules } from '../../src/core/rules/rules.ts';
import { createStamper } from '../../src/runtime/stamp.ts';
import { createTapHandler } from '../../src/runtime/tap-handler.ts';
import type { TapLedger } from '../../src/store/tap-ledger.ts';
import { respondThroughReader } from '../card-reader-layer.ts';
import type { CardModel } from '../cards/card-model.ts';
import { pcscdAvailable, startPcscDaemon } from '../pcsc-daemon.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { createVirtualCardSlot, type VirtualCardSlot } from '../virtual-card-slot.ts';
import { keyed, someNow, someRules, someSurroundings } from './builders.ts';
import { testDevice } from './ledger-builders.ts';
import { testKeyStore } from './transit-cards.ts';

/** As long as a demonstration or other files of tests may use the virtual reader. */
export const otherProcessMsMax = 180_000;

export const standClock = { ...createSystemClock(), wallNow: () => someNow };

/** Says on stderr why tests of this subject are skipped, if they are. */
export async function pcscdIsHere(subject: string): Promise<boolean> {
  const availability = await pcscdAvailable();
  if (!availability.available) {
    process.stderr.write(`tests of ${subject} are skipped: ${availability.why}\n`);
  }
  return availability.available;
}

/** A pcscd for all tests of the group in which it is called, and its two slots. */
export function holdPcscd(): readonly [VirtualCardSlot, VirtualCardSlot] {
  const slots = [createVirtualCardSlot(), createVirtualCardSlot({ slot: 1 })] as const;
  let stop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const daemon = await startPcscDaemon({ clock: standClock }, { patienceMs: otherProcessMsMax });
    stop = daemon.stop;
  }, otherProcessMsMax + 10_000);
  afterAll(async () => {
    await Promise.all(slots.map((slot) => slot.remove()));
    await stop?.();
  });
  return slots;
}

/** One card held once: what the rider saw, what was said to reader and card, and how long it took. */
export interface Visit {
  /** Light and reason. */
  readonly light: string;
  /** Command APDUs in hexadecimal. */
  readonly said: readonly string[];
  /** From the scan to the light. */
  readonly ms: number;
}

export interface CardDoor {
  /** Resolves when the light has told the rider. */
  visit(scan: CardScan): Promise<Visit>;
}

/** Which validator it is, and where; absent: the test device, nowhere. */
export interface DoorOptions {
  readonly device?: string;
  readonly place?: Place;
}

/** A validator that has just started on this ledger. */
export function createCardDoor(
  ledger: TapLedger,
  rules: Rules = someRules(),
  { device = testDevice, place = {} }: DoorOptions = {},
): CardDoor {
  let light = 'dark';
  const handle = createTapHandler({
    ...{ clock: standClock, keyed, keyStore: testKeyStore, decide: decideTap, ledger },
    ...{ entropy: createSimEntropy(1), deviceTag: deviceTag(device) },
    stamper: createStamper(standClock, 'boot-1'),
    indicators: [
      {
        show: (signal) => {
          light = `${signal.light} ${signal.fields.reason}`;
        },
      },
    ],
    report: () => {},
    surroundings: () => ({ ...someSurroundings({ rules }), place }),
  });

  return {
    async visit(scan) {
      const said: string[] = [];
      const channel: CardScan['channel'] = {
        gone: scan.channel.gone,
        transceive(apdu, deadline) {
          said.push(hex(apdu));
          return scan.channel.transceive(apdu, deadline);
        },
      };
      const start = standClock.monotonicNow();
      await handle({ ...scan, channel });
      return { light, said, ms: standClock.monotonicNow() - start };
    },
  };
}

/** The card without pcscd. */
export function directScan(card: CardModel): CardScan {
  card.reset?.();
  const channel: CardScan['channel'] = {
    gone: new AbortController().signal,
    transceive: async (apdu) => respondThroughReader(card, apdu),
  };
  return { medium: 'nfc', reader: 'direct', atr: card.atr, lastByteAt: someNow, channel };
}

/** The card, and the command APDUs in hexadecimal that reached it. */
export function listening(card: CardModel): { readonly card: CardModel; readonly heard: string[] } {
  const heard: string[] = [];
  const respond = (apdu: Uint8Array) => {
    heard.push(hex(apdu));
    return card.respond(apdu);
  };
  // The prototype keeps a UID that is drawn anew at each look.
  return { card: Object.create(card, { respond: { value: respond } }), heard };
}
