/** Drives a card dialogue that core defined over the channel of a card scan, against one deadline. */
import type { Clock } from '../../device/clock.ts';
import { type CardChannel, ReaderError } from '../../device/token-reader.ts';
import { type CardDialogue, dialogueCommandsMax } from '../core/card/dialogue.ts';
import { faulty, type Parsed } from '../core/parsed.ts';
import type { Reason } from '../core/reason.ts';

/** A rider lifts the card after about this long: what is not read by then is not read. */
export const dialogueMs = 1_000;

const channelFaults: Partial<Record<ReaderError['code'], Reason>> = {
  'card/gone': 'card-gone',
  'card/timeout': 'card-timeout',
};

/** Total: whatever card and reader do, it ends in a result within the deadline. */
export async function driveDialogue<T>(
  dialogue: CardDialogue<T>,
  channel: CardChannel,
  clock: Clock,
): Promise<Parsed<T>> {
  const deadline = clock.monotonicNow() + dialogueMs;
  let step = dialogue;
  for (let commands = 0; step.step === 'send'; commands += 1) {
    if (commands === dialogueCommandsMax) {
      return faulty('card-answer-invalid', `more than ${dialogueCommandsMax} commands`);
    }
    try {
      step = step.answer(await channel.transceive(step.apdu, deadline));
    } catch (error) {
      return channelFault(error);
    }
  }
  return step.result;
}

function channelFault(error: unknown): Parsed<never> {
  if (!(error instanceof ReaderError)) throw error;
  return faulty(channelFaults[error.code] ?? 'card-gone', error.message);
}
