/**
 * A recorded talk between a reader and a card, as text: one `> command` or `< response` a line, in
 * hexadecimal. It is read here, and replayed through the dialogues of the validator: whatever they
 * ask is answered as the card answered then. No card is there, and no key.
 */
import { equal, hex } from '../bytes.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { parseResponse, statusOk } from './apdu.ts';
import { commandName } from './apdu-names.ts';
import { type CardDialogue, dialogueCommandsMax } from './dialogue.ts';

export const traceLinesMax = 200;
/** Hexadecimal digits of one line: the longest short APDU, ISO/IEC 7816-4 §5.1, has 522. */
export const traceDigitsMax = 600;

export interface Exchange {
  readonly command: Uint8Array;
  /** Absent when the card did not answer: it was taken away. */
  readonly response?: Uint8Array;
}

/** @returns a fault that names the line, counted from 1; blank lines do not matter. */
export function parseApduTrace(text: string): Parsed<readonly Exchange[]> {
  const lines = text.split(/\r?\n/, traceLinesMax + 2);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > traceLinesMax) {
    return malformed(`line ${traceLinesMax + 1} is too many: at most ${traceLinesMax}`);
  }
  const exchanges: Exchange[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const problem = readLine(line.trim(), exchanges);
    if (problem !== undefined) return malformed(`line ${index + 1} ${problem}`);
  }
  if (exchanges.length > 0) return parsed(exchanges);
  return malformed(`line ${Math.max(1, lines.length)} is the last, and none has a command`);
}

/** Adds the line to the exchanges. @returns what is wrong with it. */
function readLine(line: string, exchanges: Exchange[]): string | undefined {
  const digits = line.slice(1).replace(/\s/g, '');
  if (!/^[<>]/.test(line)) return 'begins with neither > nor <';
  if (digits.length > traceDigitsMax) return `has more than ${traceDigitsMax} digits`;
  if (!/^([0-9a-f]{2})+$/i.test(digits)) return 'is not whole bytes in hexadecimal';
  const bytes = Uint8Array.from(Buffer.from(digits, 'hex'));
  if (line.startsWith('>')) {
    exchanges.push({ command: bytes });
    return undefined;
  }
  const last = exchanges.pop();
  if (last === undefined || last.response !== undefined) return 'is an answer without a command';
  exchanges.push({ ...last, response: bytes });
  return undefined;
}

function malformed(detail: string): Parsed<never> {
  return faulty('unknown-format', detail);
}

/**
 * Applications that nobody selected in the trace, as if the card did not have them: the beginning of
 * the command that selects one, and how a card without it answers.
 */
const absences = [
  { selection: '00a404', absent: Uint8Array.of(0x6a, 0x82) },
  { selection: '905a', absent: Uint8Array.of(0x91, 0xa0) },
] as const;

export type Replay<T> =
  | { readonly result: Parsed<T> }
  /** What the validator wants to know next, and nobody asked the card then. */
  | { readonly unasked: string };

/**
 * Total. @param cardKey of the card that was talked to; without one the dialogue ends where it needs
 * a key. Each answer of the trace is given once, in its order, to the command that it answered. */
export function replayDialogue<T>(
  dialogue: CardDialogue<T>,
  trace: readonly Exchange[],
  cardKey?: Uint8Array,
): Replay<T> {
  const left = [...trace];
  let step = dialogue;
  for (let commands = 0; step.step !== 'end' && commands < dialogueCommandsMax; commands += 1) {
    if (step.step === 'key') {
      if (cardKey === undefined) return { unasked: 'a key of the card' };
      step = step.answer(cardKey);
      continue;
    }
    const name = commandName(step.apdu);
    const exchange = takeExchange(step.apdu, left);
    if (exchange === undefined) return { unasked: name };
    if (exchange.response === undefined) {
      return { result: faulty('card-gone', `no answer to ${name}`) };
    }
    step = step.answer(exchange.response);
  }
  const endless = faulty('card-answer-invalid', `more than ${dialogueCommandsMax} commands`);
  return { result: step.step === 'end' ? step.result : endless };
}

function takeExchange(apdu: Uint8Array, left: Exchange[]): Exchange | undefined {
  const place = left.findIndex(({ command }) => isSameCommand(command, apdu));
  const [found] = place < 0 ? [] : left.splice(place, 1);
  if (found !== undefined) return found;
  const absence = absences.find(({ selection }) => hex(apdu).startsWith(selection));
  return absence && { command: apdu, response: absence.absent };
}

/** Some programs leave out the last byte when it is an Le of zero: ISO/IEC 7816-4 §5.1. */
function isSameCommand(recorded: Uint8Array, ours: Uint8Array): boolean {
  const isShorter = recorded.length === ours.length - 1 && ours.at(-1) === 0;
  return equal(recorded, isShorter && ours.length > 5 ? ours.subarray(0, -1) : ours);
}

const internalAuthenticate = '0088';
const readBinary = '00b0';

/** What the reader asked the card to sign. */
export function challengeOf(trace: readonly Exchange[]): Uint8Array | undefined {
  const asked = trace.find(({ command }) => hex(command.subarray(0, 2)) === internalAuthenticate);
  return asked?.command.subarray(5, 5 + (asked.command[4] ?? 0));
}

/** What READ BINARY gave, put together from its beginning; ends where nothing follows on. */
export function binaryOf(trace: readonly Exchange[]): Uint8Array {
  const whole: number[] = [];
  for (const { command, response } of trace) {
    if (hex(command.subarray(0, 2)) !== readBinary || response === undefined) continue;
    const answer = parseResponse(response);
    const offset = (command[2] ?? 0) * 256 + (command[3] ?? 0);
    if (answer?.status === statusOk && offset === whole.length) whole.push(...answer.data);
  }
  return Uint8Array.from(whole);
}
