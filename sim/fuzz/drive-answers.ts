/**
 * Takes an input for what a card answers: each answer is its length in one byte and so many bytes.
 * A key that the dialogue asks for is a fixed test key, or missing when the answer is empty.
 */
import { type CardDialogue, dialogueCommandsMax } from '../../src/core/card/dialogue.ts';
import { checkFault, detailOf, holds } from './laws.ts';

/** A short command: header, length, data, expected length (ISO/IEC 7816-4 §5.1). */
const apduBytesMax = 5 + 255 + 1;

const testKey = new Uint8Array(16).fill(0x4b);

/** The dialogue must end, within dialogueCommandsMax, unless the input has no more answers. */
export function endsWell(begin: () => CardDialogue<unknown>): (input: Uint8Array) => void {
  return (input) => {
    const result = driveAnswers(begin(), input);
    if (result === undefined || result.ok) return;
    checkFault(result.fault, input, (altered) => {
      const again = driveAnswers(begin(), altered);
      return again && detailOf(again);
    });
  };
}

function driveAnswers(dialogue: CardDialogue<unknown>, input: Uint8Array) {
  let step = dialogue;
  let at = 0;
  for (let steps = 0; step.step !== 'end'; steps += 1) {
    if (at >= input.length) return undefined;
    holds(steps < dialogueCommandsMax, `goes on after ${dialogueCommandsMax} commands`);
    const end = at + 1 + (input[at] ?? 0);
    step = next(step, input.subarray(at + 1, end));
    at = end;
  }
  return step.result;
}

type Going = Exclude<CardDialogue<unknown>, { readonly step: 'end' }>;

function next(step: Going, answer: Uint8Array): CardDialogue<unknown> {
  if (step.step === 'key') return step.answer(answer.length === 0 ? undefined : testKey);
  holds(step.apdu.length >= 4 && step.apdu.length <= apduBytesMax, 'sends no short command');
  return step.answer(answer);
}
