/**
 * DESFire's native commands in ISO/IEC 7816-4 clothes (`90 INS 00 00 [Lc data] 00`, answered 91xx;
 * MF2DL(H)x0 data sheet §8.4 and §11), and answers in several frames put together. What is answered
 * is a value in every case: whether it ends the dialogue is for the dialogue to say.
 */
import { concat } from '../../bytes.ts';
import { type CardResponse, parseResponse } from '../apdu.ts';
import type { CardDialogue } from '../dialogue.ts';

/** The longest true answer, ten trips, is 328 bytes; a card that sends more is not waited for. */
export const answerBytesMax = 336;
/** Of one answer. A card in a 32-byte field needs thirteen for the longest. */
export const answerFramesMax = 14;

export const additionalFrame = 0xaf;
const nativeHigh = 0x91;

/** Low bytes of the status word, MF2DL(H)x0 data sheet §11.2; some cards know 0B besides. */
const statuses = {
  ok: 0x00,
  'not-supported': 0x0b,
  'no-changes': 0x0c,
  'illegal-command': 0x1c,
  'integrity-error': 0x1e,
  'no-such-key': 0x40,
  'length-error': 0x7e,
  'permission-denied': 0x9d,
  'parameter-error': 0x9e,
  'application-not-found': 0xa0,
  'authentication-error': 0xae,
  more: 0xaf,
  'boundary-error': 0xbe,
  'command-aborted': 0xca,
  'file-not-found': 0xf0,
} as const satisfies Record<string, number>;

/** `other`: a status without a name here, or nothing that is an answer of DESFire at all. */
export type NativeStatus = keyof typeof statuses | 'other';

export interface NativeAnswer {
  readonly status: NativeStatus;
  /** For a fault's detail: the status word, or what was wrong with the answer. */
  readonly said: string;
  readonly data: Uint8Array;
}

type Answered<T> = (answer: NativeAnswer) => CardDialogue<T>;

/** One command and one frame of answer, `more` included. @param data at most 255 bytes. */
export function sendNative<T>(
  code: number,
  data: Uint8Array,
  answered: Answered<T>,
): CardDialogue<T> {
  return {
    step: 'send',
    apdu: wrapped(code, data),
    answer: (response) => answered(nativeAnswer(parseResponse(response))),
  };
}

/**
 * One command and all frames of its answer. It is `other` when it goes past the bounds, or when a
 * frame after the first is refused.
 */
export function exchange<T>(
  code: number,
  data: Uint8Array,
  answered: Answered<T>,
): CardDialogue<T> {
  return sendNative(code, data, (first) => collect(first, 1, answered));
}

function collect<T>(soFar: NativeAnswer, frames: number, answered: Answered<T>): CardDialogue<T> {
  if (soFar.data.length > answerBytesMax) return answered(senseless('too many bytes'));
  if (soFar.status !== 'more') return answered(soFar);
  if (frames === answerFramesMax) return answered(senseless('too many frames'));
  return sendNative(additionalFrame, new Uint8Array(), (next) => {
    // A card that has begun to answer has not turned the command down.
    const goesOn = next.status === 'ok' || next.status === 'more';
    if (!goesOn) return answered(senseless(`${next.said} in a later frame`));
    return collect({ ...next, data: concat(soFar.data, next.data) }, frames + 1, answered);
  });
}

function wrapped(code: number, data: Uint8Array): Uint8Array {
  const length = data.length === 0 ? [] : [data.length];
  return Uint8Array.of(0x90, code, 0x00, 0x00, ...length, ...data, 0x00);
}

function nativeAnswer(response: CardResponse | undefined): NativeAnswer {
  if (response === undefined) return senseless('no status word');
  const said = response.status.toString(16).padStart(4, '0');
  if (response.status >> 8 !== nativeHigh) return senseless(said);
  return { status: statusOf(response.status & 0xff), said, data: response.data };
}

function senseless(said: string): NativeAnswer {
  return { status: 'other', said, data: new Uint8Array() };
}

function statusOf(low: number): NativeStatus {
  for (const [status, code] of Object.entries(statuses)) {
    if (code === low) return status as keyof typeof statuses;
  }
  return 'other';
}
