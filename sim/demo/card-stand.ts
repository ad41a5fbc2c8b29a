/**
 * Where the demo's riders hold their cards: pcscd with its virtual slot where it can be had, else
 * the simulated field, said aloud.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../device/clock.ts';
import { messageOf } from '../../device/message-of.ts';
import type { TokenReader } from '../../device/token-reader.ts';
import { createSimCardField } from '../card-field.ts';
import type { CardModel } from '../cards/card-model.ts';
import { type PcscDaemon, pcscdAvailable, startPcscDaemon } from '../pcsc-daemon.ts';
import { createVirtualCardSlot } from '../virtual-card-slot.ts';

export interface CardStand extends AsyncDisposable {
  /** For the first lines of the demo. */
  readonly description: string;
  /** To be added to the runtime when there is no pcscd for it to find. */
  readonly readers: readonly TokenReader[];
  readonly usesPcsc: boolean;
  /** Undefined where there is no pcscd that the demo may kill. */
  readonly killService: (() => Promise<void>) | undefined;
  /** @param liftedAfterApdus the rider lifts the card after so many commands. */
  hold(card: CardModel, liftedAfterApdus?: number): Promise<void>;
  lift(): Promise<void>;
}

export async function createCardStand(clock: Clock): Promise<CardStand> {
  const pcscd = await pcscdAvailable();
  if (!pcscd.available) return simulatedStand(clock, pcscd.why);
  try {
    return virtualStand(await startPcscDaemon({ clock }, { patienceMs: otherProcessMsMax }));
  } catch (error) {
    return simulatedStand(clock, messageOf(error));
  }
}

/** A test run, or another demo, may have the machine's one virtual reader for so long. */
const otherProcessMsMax = 60_000;

/** pcscd is down for so long when the demo kills it: longer than the runtime takes to notice. */
const outageMs = 1_500;
const connectMsMax = 5_000;
const connectPollMs = 50;

function virtualStand(daemon: PcscDaemon): CardStand {
  const slot = createVirtualCardSlot();
  const whose = daemon.owned ? 'pcscd started for it' : 'the pcscd that runs here';
  return {
    description: `${whose}, virtual card slot`,
    readers: [],
    usesPcsc: true,
    killService: daemon.owned ? () => killAndRestart(daemon) : undefined,
    hold: (card, tearAfterApdus) =>
      insist(() => slot.insert(card, tearAfterApdus === undefined ? {} : { tearAfterApdus })),
    lift: () => slot.remove(),
    async [Symbol.asyncDispose]() {
      await slot.remove();
      if (daemon.owned) await daemon.stop();
    },
  };
}

async function killAndRestart(daemon: PcscDaemon): Promise<void> {
  await daemon.kill();
  await delay(outageMs);
  await daemon.restart();
}

/** A slot takes cards a moment after pcscd is up. */
async function insist(insert: () => Promise<void>): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += connectPollMs) {
    try {
      return await insert();
    } catch (error) {
      if (waitedMs >= connectMsMax) throw error;
      await delay(connectPollMs);
    }
  }
}

function simulatedStand(clock: Clock, why: string): CardStand {
  const field = createSimCardField({ clock }, { name: 'simulated-field' });
  return {
    description: `simulated card field, for ${why}`,
    readers: [field],
    usesPcsc: false,
    killService: undefined,
    hold: async (card, tearAfterApdus) =>
      field.present(card, tearAfterApdus === undefined ? {} : { tearAfterApdus }),
    lift: async () => field.remove(),
    async [Symbol.asyncDispose]() {},
  };
}
