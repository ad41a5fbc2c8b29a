/**
 * What both generations' authentications need and do: the three-pass exchange of random numbers
 * (ISO/IEC 9798-2) under one AES key of the card. Which keys come of it is each generation's own.
 */
import { equal } from '../../bytes.ts';
import type { CardDialogue } from '../dialogue.ts';
import { fail } from '../dialogue.ts';
import type { NativeAnswer } from './command.ts';

export const nonceBytes = 16;

export interface Credentials {
  /** Number of the key in the selected application, 0 to 13. */
  readonly keyNumber: number;
  /** 16 bytes, the card's own. */
  readonly key: Uint8Array;
  /** RndA: 16 random bytes, never used before. */
  readonly nonce: Uint8Array;
}

/** Left by one byte, as both sides do to show that they deciphered the other's number. */
export function rotated(random: Uint8Array): Uint8Array {
  return Uint8Array.of(...random.subarray(1), ...random.subarray(0, 1));
}

export function isAnswered(answer: NativeAnswer, status: 'ok' | 'more', bytes: number): boolean {
  return answer.status === status && answer.data.length === bytes;
}

/** The end of an authentication whose answer was not what it has to be. */
export function notAuthenticated<T>(answer: NativeAnswer): CardDialogue<T> {
  const { status, said } = answer;
  const refused = status === 'authentication-error' || status === 'no-such-key';
  return fail(refused ? 'card-not-genuine' : 'card-answer-invalid', `authentication ended ${said}`);
}

/** Whether the card gave our random number back, which it only can with the key. */
export function provesKey(nonce: Uint8Array, answered: Uint8Array): boolean {
  return equal(rotated(nonce), answered);
}
