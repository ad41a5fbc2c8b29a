/**
 * Test support: a conversation with a card model through the reader's own dialogues, so that every
 * test of the card is a test of both sides. What the two may have wrong in common, the published
 * vectors tell.
 */
import { concat, hex } from '../../../src/core/bytes.ts';
import { authenticateEv1 } from '../../../src/core/card/desfire/ev1-session.ts';
import { authenticateEv2 } from '../../../src/core/card/desfire/ev2-session.ts';
import {
  type CommandOutcome,
  type Generation,
  perform,
  type SecureCommand,
  type SecureSession,
} from '../../../src/core/card/desfire/secure-messaging.ts';
import { type CardDialogue, end, fail } from '../../../src/core/card/dialogue.ts';
import { parsed } from '../../../src/core/parsed.ts';
import { bytesOf } from '../../testing/builders.ts';
import { createDesfireCard, type DesfireCard, type DesfireCardOptions } from './desfire-card.ts';
import { zeroKey } from './memory.ts';

export const someUid = bytesOf('04782e21801d80');

/** As an issuer's card would look: keys of zeros, listing free, creating for the master key. */
export const transitAid = '5448f5';

export function aCard(change: Partial<DesfireCardOptions> = {}): DesfireCard {
  return createDesfireCard({
    uid: someUid,
    generation: 'ev2',
    entropy: countingEntropy(),
    ...change,
  });
}

/** Every draw is different, and the same in every run. */
export function countingEntropy() {
  let drawn = 0;
  return {
    bytes(length: number): Uint8Array {
      drawn += 1;
      return Uint8Array.from({ length }, (_, index) => (drawn * 31 + index * 7) & 0xff);
    },
  };
}

/** Gives these bytes, one draw after another. */
export function scriptedEntropy(...draws: readonly string[]) {
  const left = draws.map(bytesOf);
  return { bytes: (length: number) => left.shift() ?? new Uint8Array(length) };
}

export type Command = Partial<Pick<SecureCommand, 'mode' | 'answerBytes'>> & {
  readonly code: number;
  /** In hexadecimal. */
  readonly header?: string;
  readonly data?: string;
};

export interface CardTalk {
  /** One wrapped command as it is. @returns the response in hexadecimal. */
  raw(code: number, payload?: string): string;
  /** @throws Error when the card does not take the key. */
  authenticate(keyNumber: number, options?: AuthenticationOptions): void;
  /** Within the session. @returns the data in hexadecimal, or the status by its name. */
  say(command: Command): string;
}

export interface AuthenticationOptions {
  readonly key?: Uint8Array;
  readonly generation?: Generation;
}

const nonce = bytesOf('b04d0787c93ee0cc8cacc8e86f16c6fe');

export function talkTo(card: DesfireCard): CardTalk {
  let session: SecureSession | undefined;

  return {
    raw(code, payload = '') {
      const data = bytesOf(payload);
      const length = data.length === 0 ? [] : [data.length];
      return hex(card.respond(Uint8Array.of(0x90, code, 0, 0, ...length, ...data, 0)));
    },
    authenticate(keyNumber, { key = zeroKey.value, generation = 'ev2' } = {}) {
      const begin: typeof authenticateEv2<SecureSession> =
        generation === 'ev2' ? authenticateEv2 : authenticateEv1;
      session = drive(
        card,
        begin({ keyNumber, key, nonce }, (begun) =>
          begun === undefined ? fail('card-answer-invalid', 'unknown') : end(parsed(begun)),
        ),
      );
    },
    say({ code, header = '', data = '', mode = 'mac', answerBytes = 0 }) {
      if (session === undefined) throw new Error('authenticate first');
      const bytes = { header: bytesOf(header), data: bytesOf(data) };
      const command = { name: hex(Uint8Array.of(code)), code, ...bytes, mode, answerBytes };
      const outcome = drive<CommandOutcome>(
        card,
        perform(session, command, (done) => end(parsed(done))),
      );
      if (outcome.result === 'refused') return outcome.status;
      if (outcome.result === 'not-authentic') throw new Error(outcome.said);
      session = outcome.session;
      return hex(outcome.data);
    },
  };
}

export function drive<T>(card: DesfireCard, dialogue: CardDialogue<T>): T {
  let at = dialogue;
  while (at.step === 'send') at = at.answer(card.respond(at.apdu));
  if (at.step === 'end' && at.result.ok) return at.result.value;
  throw new Error(at.step === 'end' && !at.result.ok ? at.result.fault.detail : 'wants a key');
}

/** Creates the application with keys of zeros and selects it. */
export function withApplication(card: DesfireCard, settings = '0b'): CardTalk {
  const talk = talkTo(card);
  talk.raw(0xca, `${transitAid}${settings}85`);
  talk.raw(0x5a, transitAid);
  return talk;
}

export function le(value: number, size: number): string {
  const bytes = Uint8Array.from({ length: size }, (_, index) => (value >> (8 * index)) & 0xff);
  return hex(concat(bytes));
}
