/**
 * The bus door as a rider meets it: a scanner and a card reader to hold things to, and a light.
 * A rider holds until the light tells; a scanner re-reads what is held, as real ones do.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { PtyLine } from '../pty-line.ts';
import type { RecordedSignal, RecordingIndicator } from '../recording-indicator.ts';
import type { CardStand } from './card-stand.ts';
import type { Shown } from './riders.ts';

/** A hand-held phone is read about three times a second. */
const rereadMs = 300;
/** Nobody waits longer at a door. */
const patienceMs = 20_000;
/** Longer than the debounce, so that two riders with one code are two presentations. */
const absenceMs = 1_100;

export interface Door {
  /** @returns what the light said. @throws Error when it said nothing within 20 s. */
  show(shown: Shown): Promise<RecordedSignal>;
}

export function createDoor(
  scanner: PtyLine,
  cards: Pick<CardStand, 'hold' | 'lift'>,
  indicator: RecordingIndicator,
): Door {
  let seen = 0;

  async function untilLight(again: () => Promise<void>): Promise<RecordedSignal> {
    const told = indicator.shown(seen + 1).then(() => true);
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += rereadMs) {
      await again();
      if (await Promise.race([told, delay(rereadMs, false)])) break;
    }
    const signal = indicator.signals[seen];
    if (signal === undefined) throw new Error(`the validator showed nothing for ${patienceMs} ms`);
    seen += 1;
    return signal;
  }

  return {
    async show(shown) {
      if (shown.medium === 'qr') {
        const signal = await untilLight(() => scanner.send(`${shown.text}\r\n`));
        await delay(absenceMs);
        return signal;
      }
      await cards.hold(shown.card, shown.liftedAfterApdus);
      const signal = await untilLight(async () => {});
      await cards.lift();
      return signal;
    },
  };
}
