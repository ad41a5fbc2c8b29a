/**
 * The office's conversation with one card: native commands, authentications and commands under
 * secure messaging, over any channel. It is the reader's own secure messaging, driven by waiting;
 * what the commands are for is not known here.
 */
import type { Entropy } from '../../device/clock.ts';
import type { KeyStore } from '../../device/key-store.ts';
import { exchange, type NativeAnswer } from '../../src/core/card/desfire/command.ts';
import { authenticateEv1 } from '../../src/core/card/desfire/ev1-session.ts';
import { authenticateEv2 } from '../../src/core/card/desfire/ev2-session.ts';
import {
  type CommandOutcome,
  type OpenedAnswer,
  perform,
  type SecureCommand,
  type SecureSession,
} from '../../src/core/card/desfire/secure-messaging.ts';
import { type CardDialogue, end } from '../../src/core/card/dialogue.ts';
import { type Parsed, parsed } from '../../src/core/parsed.ts';
import { PersonaliseError } from './personalise-error.ts';

export interface CardConversationDeps {
  /** Sends a command APDU, gives the response APDU; rejects when the card is gone. */
  transceive(apdu: Uint8Array): Promise<Uint8Array>;
  readonly keyStore: KeyStore;
  readonly entropy: Entropy;
}

export interface CardConversation {
  /** Drives any dialogue to its end. */
  drive<T>(dialogue: CardDialogue<T>): Promise<Parsed<T>>;
  /** A command in the clear, outside any session. @throws PersonaliseError unless it is carried out. */
  ask(name: string, code: number, data?: Uint8Array): Promise<Uint8Array>;
  /** @returns undefined when the card does not take the key. */
  authenticate(keyNumber: number, key: Uint8Array): Promise<SecureSession | undefined>;
  /** @returns the session for the next command. @throws PersonaliseError unless it is carried out. */
  perform(session: SecureSession, command: SecureCommand): Promise<SecureSession>;
  /** The same for a command that is answered with data. @throws as above. */
  read(session: SecureSession, command: SecureCommand): Promise<OpenedAnswer>;
  /** A command that ends its session, so that nothing vouches for the answer. @throws as above. */
  performLast(session: SecureSession, command: SecureCommand): Promise<void>;
}

const nonceBytes = 16;

export function createCardConversation(deps: CardConversationDeps): CardConversation {
  const { transceive, keyStore, entropy } = deps;

  async function drive<T>(dialogue: CardDialogue<T>): Promise<Parsed<T>> {
    let at = dialogue;
    while (at.step !== 'end') {
      if (at.step === 'send') at = at.answer(await transceive(at.apdu));
      else {
        const { key, version, diversification } = at.wanted;
        at = at.answer(await keyStore.cardKey(key, version, diversification));
      }
    }
    return at.result;
  }

  /** For dialogues that do not fail: whatever the card says is a value of theirs. */
  async function value<T>(dialogue: CardDialogue<T>): Promise<T> {
    const result = await drive(dialogue);
    if (result.ok) return result.value;
    throw refused(result.fault.detail);
  }

  async function answered(name: string, code: number, data: Uint8Array): Promise<Uint8Array> {
    const answer = await value<NativeAnswer>(exchange(code, data, (all) => end(parsed(all))));
    if (answer.status === 'ok') return answer.data;
    throw refused(`${name} answered ${answer.said}`);
  }

  async function opened(session: SecureSession, command: SecureCommand): Promise<OpenedAnswer> {
    const outcome = await value<CommandOutcome>(
      perform(session, command, (done) => end(parsed(done))),
    );
    if (outcome.result === 'done') return outcome;
    throw refused(outcome.said);
  }

  return {
    drive,
    ask: (name, code, data = new Uint8Array()) => answered(name, code, data),
    async authenticate(keyNumber, key) {
      const credentials = { keyNumber, key, nonce: entropy.bytes(nonceBytes) };
      const result = await drive<SecureSession>(
        authenticateEv2(credentials, (session) =>
          session === undefined
            ? authenticateEv1(credentials, (older) => end(parsed(older)))
            : end(parsed(session)),
        ),
      );
      if (result.ok) return result.value;
      if (result.fault.reason === 'card-not-genuine') return undefined;
      throw refused(result.fault.detail);
    },
    perform: async (session, command) => (await opened(session, command)).session,
    read: opened,
    async performLast(session, command) {
      await answered(command.name, command.code, session.seal(command).sent);
    },
  };
}

function refused(said: string): PersonaliseError {
  return new PersonaliseError(
    'card/refused',
    `the card did not do what was asked: ${said}`,
    'hold it to the reader again; if it stays so, take another card',
  );
}
