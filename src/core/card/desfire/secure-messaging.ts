/**
 * What the two generations of DESFire's secure messaging have in common: a session seals a command
 * and opens its answer, and every opened answer gives the session for the next command. Dialogues
 * know this and neither generation.
 */
import type { Parsed } from '../../parsed.ts';
import type { CardDialogue } from '../dialogue.ts';
import { exchange, type NativeAnswer } from './command.ts';

/** As a file's settings say it: plain, with a MAC, or enciphered too ("full"). */
export type CommMode = 'plain' | 'mac' | 'full';

export interface SecureCommand {
  /** For a fault's detail. */
  readonly name: string;
  readonly code: number;
  /** Never enciphered: file number, offset, length. */
  readonly header: Uint8Array;
  readonly data: Uint8Array;
  readonly mode: CommMode;
  /** Bytes of data that a right answer has, at most where there may be fewer. */
  readonly answerBytes: number;
}

export type Generation = 'ev1' | 'ev2';

export interface SecureSession {
  readonly generation: Generation;
  readonly seal: (command: SecureCommand) => SealedCommand;
}

export interface SealedCommand {
  /** What is sent behind the command code. */
  readonly sent: Uint8Array;
  /** Judges the data of an answer whose status is ok. Any other status ends the session. */
  readonly open: (received: Uint8Array) => Parsed<OpenedAnswer>;
}

export interface OpenedAnswer {
  readonly data: Uint8Array;
  readonly session: SecureSession;
}

/** What became of a command: carried out, refused by the card's status, or answered senselessly. */
export type CommandOutcome =
  | ({ readonly result: 'done' } & OpenedAnswer)
  | { readonly result: 'refused'; readonly status: NativeAnswer['status']; readonly said: string }
  | { readonly result: 'not-authentic'; readonly said: string };

export function perform<T>(
  session: SecureSession,
  command: SecureCommand,
  then: (outcome: CommandOutcome) => CardDialogue<T>,
): CardDialogue<T> {
  const { sent, open } = session.seal(command);
  return exchange(command.code, sent, ({ status, said, data }) => {
    const answered = `${command.name} answered ${said}`;
    if (status !== 'ok') return then({ result: 'refused', status, said: answered });
    const opened = open(data);
    return opened.ok
      ? then({ result: 'done', ...opened.value })
      : then({ result: 'not-authentic', said: `${answered}, ${opened.fault.detail}` });
  });
}
