/**
 * A card dialogue as a value: a command to send, a card key to fetch, or the end, and what follows
 * on the answer. Core defines it, the runtime drives it over the channel of a card scan and asks
 * the key store; nothing waits here.
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
  | {
      readonly step: 'key';
      readonly wanted: CardKeyName;
      /** Given the 16 bytes of the card's own key; undefined when the store has no such key. */
      readonly answer: (key: Uint8Array | undefined) => CardDialogue<T>;
    }
  | { readonly step: 'end'; readonly result: Parsed<T> };

/**
 * Names the key of one card: the master key that a key store holds, and what it is diversified
 * with (AN10922 §2.2: UID, application id, system identifier). The master key never leaves the
 * store.
 */
export interface CardKeyName {
  /** Such as `transit-2`, 1 to 32 characters. */
  readonly key: string;
  /** 0 to 255, as GetKeyVersion tells it. */
  readonly version: number;
  /** 1 to 31 bytes. */
  readonly diversification: Uint8Array;
}

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

export function askKey<T>(
  wanted: CardKeyName,
  answer: (key: Uint8Array | undefined) => CardDialogue<T>,
): CardDialogue<T> {
  return { step: 'key', wanted, answer };
}

export function end<T>(result: Parsed<T>): CardDialogue<T> {
  return { step: 'end', result };
}

export function fail<T>(reason: Reason, detail: string): CardDialogue<T> {
  return end(faulty(reason, detail));
}

/** Goes on with another dialogue when this one finds that the card is of another kind. */
export function orElse<T>(dialogue: CardDialogue<T>, next: () => CardDialogue<T>): CardDialogue<T> {
  return afterEnd(dialogue, (result) =>
    !result.ok && result.fault.reason === 'unknown-card' ? next() : end(result),
  );
}

/** Goes on with what follows from the result. */
export function afterEnd<T, U>(
  dialogue: CardDialogue<T>,
  next: (result: Parsed<T>) => CardDialogue<U>,
): CardDialogue<U> {
  switch (dialogue.step) {
    case 'end':
      return next(dialogue.result);
    case 'send':
      return {
        ...dialogue,
        answer: (response: Uint8Array) => afterEnd(dialogue.answer(response), next),
      };
    case 'key':
      return {
        ...dialogue,
        answer: (key: Uint8Array | undefined) => afterEnd(dialogue.answer(key), next),
      };
  }
}
