/**
 * Secure messaging of DESFire EV2 and EV3 with AES: AuthenticateEV2First, then MACs over a
 * transaction identifier and a command counter (NXP AN12343 and AN12196; MF2DL(H)x0 data sheet
 * §9.1). Checked against the dialogues of AN12196; not verified on silicon.
 */
import { concat, equal } from '../../bytes.ts';
import { decryptCbc, encryptBlock, encryptCbc, zeroBlock } from '../../crypto/aes.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import { faulty, type Parsed, parsed } from '../../parsed.ts';
import { type CardDialogue, fail } from '../dialogue.ts';
import { additionalFrame, type NativeStatus, sendNative } from './command.ts';
import {
  type Credentials,
  isAnswered,
  notAuthenticated,
  provesKey,
  rotated,
} from './credentials.ts';
import type {
  OpenedAnswer,
  SealedCommand,
  SecureCommand,
  SecureSession,
} from './secure-messaging.ts';
import { macBytes, truncatedMac } from './truncated-mac.ts';

const authenticateEv2First = 0x71;
const statusOk = 0x00;

/** How cards that are older than the command answer it. */
const unknownToCard: ReadonlySet<NativeStatus> = new Set([
  'not-supported',
  'illegal-command',
  'length-error',
  'command-aborted',
]);

export interface Ev2State {
  /** SesAuthENCKey and SesAuthMACKey, 16 bytes each. */
  readonly encryptionKey: Uint8Array;
  readonly macKey: Uint8Array;
  /** TI, 4 bytes. */
  readonly transaction: Uint8Array;
  /** CmdCtr, 0 after authentication. */
  readonly counter: number;
}

/** @param then gets undefined when the card does not know the command: an older generation. */
export function authenticateEv2<T>(
  credentials: Credentials,
  then: (session: SecureSession | undefined) => CardDialogue<T>,
): CardDialogue<T> {
  const { keyNumber, key } = credentials;
  // No capabilities of the reader are told: LenCap 0.
  return sendNative(authenticateEv2First, Uint8Array.of(keyNumber, 0), (answer) => {
    if (unknownToCard.has(answer.status)) return then(undefined);
    if (!isAnswered(answer, 'more', 16)) return notAuthenticated(answer);
    return proveBoth(credentials, decryptCbc(key, zeroBlock, answer.data), then);
  });
}

function proveBoth<T>(
  { key, nonce }: Credentials,
  cardNonce: Uint8Array,
  then: (session: SecureSession) => CardDialogue<T>,
): CardDialogue<T> {
  const proof = encryptCbc(key, zeroBlock, concat(nonce, rotated(cardNonce)));
  return sendNative(additionalFrame, proof, (answer) => {
    if (!isAnswered(answer, 'ok', 32)) return notAuthenticated(answer);
    // TI, RndA rotated, six bytes each of the card's and the reader's capabilities.
    const plain = decryptCbc(key, zeroBlock, answer.data);
    if (!provesKey(nonce, plain.subarray(4, 20))) {
      return fail('card-not-genuine', 'the card did not prove that it has the key');
    }
    const transaction = plain.subarray(0, 4);
    return then(ev2Session({ ...ev2Keys(key, nonce, cardNonce), transaction, counter: 0 }));
  });
}

/** The session keys of AN12343. @param key 16 bytes, as are the random numbers. */
export function ev2Keys(
  key: Uint8Array,
  nonce: Uint8Array,
  cardNonce: Uint8Array,
): Pick<Ev2State, 'encryptionKey' | 'macKey'> {
  const mixed = nonce.subarray(2, 8).map((byte, index) => byte ^ (cardNonce[index] ?? 0));
  const context = concat(nonce.subarray(0, 2), mixed, cardNonce.subarray(6), nonce.subarray(8));
  const derive = (label: readonly number[]) =>
    aesCmac(key, concat(Uint8Array.of(...label, 0x00, 0x01, 0x00, 0x80), context));
  return { encryptionKey: derive([0xa5, 0x5a]), macKey: derive([0x5a, 0xa5]) };
}

export function ev2Session(state: Ev2State): SecureSession {
  return { generation: 'ev2', seal: (command) => seal(state, command) };
}

function seal(state: Ev2State, command: SecureCommand): SealedCommand {
  const { code, header, mode } = command;
  const data = mode === 'full' ? enciphered(state, command.data) : command.data;
  const open = (received: Uint8Array) => opened(state, command, received);
  if (mode === 'plain') return { sent: concat(header, data), open };
  const mac = truncatedMac(state.macKey, concat(first(code, state), header, data));
  return { sent: concat(header, data, mac), open };
}

function opened(
  state: Ev2State,
  { mode }: SecureCommand,
  received: Uint8Array,
): Parsed<OpenedAnswer> {
  const after = { ...state, counter: state.counter + 1 };
  const session = ev2Session(after);
  if (mode === 'plain') return parsed({ data: received, session });
  const data = received.subarray(0, -macBytes);
  const mac = truncatedMac(state.macKey, concat(first(statusOk, after), data));
  if (!equal(mac, received.subarray(-macBytes))) {
    return faulty('card-answer-invalid', 'its MAC is wrong');
  }
  if (mode === 'mac') return parsed({ data, session });
  const plain = deciphered(after, data);
  return plain === undefined
    ? faulty('card-answer-invalid', 'its padding is wrong')
    : parsed({ data: plain, session });
}

/** What every MAC begins with. */
function first(code: number, { counter, transaction }: Ev2State): Uint8Array {
  return Uint8Array.of(code, counter & 0xff, counter >> 8, ...transaction);
}

function enciphered(state: Ev2State, data: Uint8Array): Uint8Array {
  if (data.length === 0) return data;
  // ISO/IEC 9797-1 padding method 2, always at least one byte.
  const padded = new Uint8Array((Math.floor(data.length / 16) + 1) * 16);
  padded.set(data);
  padded[data.length] = 0x80;
  return encryptCbc(state.encryptionKey, vector([0xa5, 0x5a], state), padded);
}

function deciphered(state: Ev2State, data: Uint8Array): Uint8Array | undefined {
  if (data.length === 0) return data;
  if (data.length % 16 !== 0) return undefined;
  const plain = decryptCbc(state.encryptionKey, vector([0x5a, 0xa5], state), data);
  const end = plain.findLastIndex((byte) => byte !== 0);
  return plain[end] === 0x80 && end >= plain.length - 16 ? plain.subarray(0, end) : undefined;
}

/** The initialisation vector of one direction, MF2DL(H)x0 data sheet §9.1.4. */
function vector(label: readonly number[], state: Ev2State): Uint8Array {
  const { counter, transaction, encryptionKey } = state;
  const block = new Uint8Array(16);
  block.set([...label, ...transaction, counter & 0xff, counter >> 8]);
  return encryptBlock(encryptionKey, block);
}
