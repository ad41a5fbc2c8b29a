/**
 * Drives a card dialogue that core defined over the channel of a card scan, against one deadline,
 * and fetches the card keys that it asks for.
 */
import type { Clock } from '../../device/clock.ts';
import { type KeyStore, KeyStoreError } from '../../device/key-store.ts';
import { type CardChannel, ReaderError } from '../../device/token-reader.ts';
import { type CardDialogue, type CardKeyName, dialogueCommandsMax } from '../core/card/dialogue.ts';
import { faulty, type Parsed } from '../core/parsed.ts';
import type { Reason } from '../core/reason.ts';

/** A rider lifts the card after about this long: what is not read by then is not read. */
export const dialogueMs = 1_000;

const channelFaults: Partial<Record<ReaderError['code'], Reason>> = {
  'card/gone': 'card-gone',
  'card/timeout': 'card-timeout',
};

export interface DialogueDeps {
  readonly clock: Clock;
  /** Without one no card with keys can be read. */
  readonly keyStore?: KeyStore | undefined;
}

/** Total: whatever card and reader do, it ends in a result within the deadline. */
export async function driveDialogue<T>(
  dialogue: CardDialogue<T>,
  channel: CardChannel,
  { clock, keyStore }: DialogueDeps,
): Promise<Parsed<T>> {
  const deadline = clock.monotonicNow() + dialogueMs;
  let step = dialogue;
  for (let commands = 0; step.step !== 'end'; commands += 1) {
    if (commands === dialogueCommandsMax) {
      return faulty('card-answer-invalid', `more than ${dialogueCommandsMax} commands`);
    }
    try {
      step =
        step.step === 'send'
          ? step.answer(await channel.transceive(step.apdu, deadline))
          : step.answer(await fetchKey(step.wanted, keyStore));
    } catch (error) {
      return faultOf(error);
    }
  }
  return step.result;
}

async function fetchKey({ key, version, diversification }: CardKeyName, keyStore?: KeyStore) {
  return keyStore?.cardKey(key, version, diversification);
}

function faultOf(error: unknown): Parsed<never> {
  if (error instanceof KeyStoreError) return faulty('card-key-missing', error.message);
  if (!(error instanceof ReaderError)) throw error;
  return faulty(channelFaults[error.code] ?? 'card-gone', error.message);
}
