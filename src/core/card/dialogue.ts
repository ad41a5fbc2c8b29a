/**
 * A card dialogue as a value: either a command to send and what to do with the answer, or the end.
 * Core defines it, the runtime drives it over the channel of a card scan; neither waits here.
 */
import { faulty, type Parsed } from '../parsed.ts';
import type { Reason } from '../reason.ts';
import { type CardResponse, parseResponse } from './apdu.ts';

export type CardDialogue<T> =
  | {
      readonly step: 'send';
      readonly apdu: Uint8Array;
      /** Total: whatever bytes the card answers, it gives the next step. */
      readonly answer: (response: Uint8Array) => CardDialogue<T>;
    }
  | { readonly step: 'end'; readonly result: Parsed<T> };

/** More commands than any dialogue of Halte sends: the driver of a dialogue stops there. */
export const dialogueCommandsMax = 64;

export function send<T>(
  apdu: Uint8Array,
  answer: (response: CardResponse) => CardDialogue<T>,
): CardDialogue<T> {
  return {
    step: 'send',
    apdu,
    answer: (bytes) => {
      const response = parseResponse(bytes);
      return response === undefined
        ? fail('card-answer-invalid', 'no status word')
        : answer(response);
    },
  };
}

export function end<T>(result: Parsed<T>): CardDialogue<T> {
  return { step: 'end', result };
}

export function fail<T>(reason: Reason, detail: string): CardDialogue<T> {
  return end(faulty(reason, detail));
}
