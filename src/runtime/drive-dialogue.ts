/**
 * Drives a card dialogue that core defined over the channel of a card scan, against one deadline,
 * and fetches the card keys that it asks for.
 */
import type { Clock } from '../../device/clock.ts';
import { type KeyStore, KeyStoreError } from '../../device/key-store.ts';
import { messageOf } from '../../device/message-of.ts';
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
          : step.answer(await fetchKey(step.wanted, deadline, { clock, keyStore }));
    } catch (error) {
      return faultOf(error);
    }
  }
  return step.result;
}

/** A key store that hangs must not hold up the door. */
async function fetchKey(
  { key, version, diversification }: CardKeyName,
  deadline: number,
  { clock, keyStore }: DialogueDeps,
): Promise<Uint8Array | undefined> {
  if (keyStore === undefined) return undefined;
  const fetched = new AbortController();
  const tooLate = clock.sleep(deadline - clock.monotonicNow(), fetched.signal).then(() => {
    const hint = 'see whether the token of card keys answers';
    throw new KeyStoreError('key-store/failed', 'the key store did not answer in time', hint);
  });
  // When the key was fetched, nobody waits for this any more.
  tooLate.catch(() => {});
  try {
    return await Promise.race([keyStore.cardKey(key, version, diversification), tooLate]);
  } catch (error) {
    if (error instanceof KeyStoreError) throw error;
    const hint = 'this is a fault of its driver';
    throw new KeyStoreError('key-store/failed', messageOf(error), hint, error);
  } finally {
    fetched.abort();
  }
}

function faultOf(error: unknown): Parsed<never> {
  if (error instanceof KeyStoreError) return faulty('card-key-missing', error.message);
  if (!(error instanceof ReaderError)) throw error;
  return faulty(channelFaults[error.code] ?? 'card-gone', error.message);
}
