/**
 * Secure messaging of DESFire EV1 with AES: AuthenticateAES, then one chain of CMACs through all
 * commands and answers, and a CRC-32 inside what is enciphered. Its data sheet is not public.
 * Authentication, session key, CMAC chain, MACed answers and enciphered commands are checked
 * against Elmü's published traces of a card; MACs sent with a command and enciphered answers have
 * no public vector. Nothing of it is verified on silicon.
 */
import { concat, equal } from '../../bytes.ts';
import { decryptCbc, encryptCbc, zeroBlock } from '../../crypto/aes.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import { faulty, type Parsed, parsed } from '../../parsed.ts';
import { type CardDialogue, fail } from '../dialogue.ts';
import { additionalFrame, sendNative } from './command.ts';
import { desfireCrc32 } from './crc32.ts';
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
import { macBytes } from './truncated-mac.ts';

const authenticateAes = 0xaa;
const crcBytes = 4;
/** Closes what the card authenticates in its answers. */
const statusOk = Uint8Array.of(0x00);
const nothing = new Uint8Array();

export interface Ev1State {
  /** 16 bytes. */
  readonly key: Uint8Array;
  /** The last block of the last message: 16 bytes, zero after authentication. */
  readonly chain: Uint8Array;
}

export function authenticateEv1<T>(
  credentials: Credentials,
  then: (session: SecureSession) => CardDialogue<T>,
): CardDialogue<T> {
  return sendNative(authenticateAes, Uint8Array.of(credentials.keyNumber), (answer) =>
    isAnswered(answer, 'more', 16)
      ? proveBoth(credentials, answer.data, then)
      : notAuthenticated(answer),
  );
}

/** Unlike EV2, the chain of blocks goes on through the three passes. */
function proveBoth<T>(
  { key, nonce }: Credentials,
  challenge: Uint8Array,
  then: (session: SecureSession) => CardDialogue<T>,
): CardDialogue<T> {
  const cardNonce = decryptCbc(key, zeroBlock, challenge);
  const proof = encryptCbc(key, challenge, concat(nonce, rotated(cardNonce)));
  return sendNative(additionalFrame, proof, (answer) => {
    if (!isAnswered(answer, 'ok', 16)) return notAuthenticated(answer);
    if (!provesKey(nonce, decryptCbc(key, proof.subarray(16), answer.data))) {
      return fail('card-not-genuine', 'the card did not prove that it has the key');
    }
    return then(ev1Session({ key: ev1Key(nonce, cardNonce), chain: zeroBlock }));
  });
}

/** The first and last four bytes of both random numbers. */
function ev1Key(nonce: Uint8Array, cardNonce: Uint8Array): Uint8Array {
  return concat(
    nonce.subarray(0, 4),
    cardNonce.subarray(0, 4),
    nonce.subarray(12),
    cardNonce.subarray(12),
  );
}

export function ev1Session(state: Ev1State): SecureSession {
  return { generation: 'ev1', seal: (command) => seal(state, command) };
}

function seal(state: Ev1State, command: SecureCommand): SealedCommand {
  const { code, header, data, mode } = command;
  const message = concat(Uint8Array.of(code), header, data);
  if (mode === 'full' && data.length > 0) {
    const sealed = encryptCbc(state.key, state.chain, toWholeBlocks(data, desfireCrc32(message)));
    const after = { ...state, chain: sealed.slice(-16) };
    return { sent: concat(header, sealed), open: (received) => authenticated(after, received) };
  }
  // Every command moves the chain on, but only one that writes into a MACed file shows its MAC.
  const after = { ...state, chain: aesCmac(state.key, message, state.chain) };
  const mac = mode === 'mac' && data.length > 0 ? after.chain.subarray(0, macBytes) : nothing;
  const isSealedBack = mode === 'full' && command.answerBytes > 0;
  return {
    sent: concat(header, data, mac),
    open: (received) =>
      isSealedBack
        ? deciphered(after, received, command.answerBytes)
        : authenticated(after, received),
  };
}

/** An answer in the clear carries a MAC, in whatever mode its file is. */
function authenticated(state: Ev1State, received: Uint8Array): Parsed<OpenedAnswer> {
  const data = received.subarray(0, -macBytes);
  const chain = aesCmac(state.key, concat(data, statusOk), state.chain);
  return equal(chain.subarray(0, macBytes), received.subarray(-macBytes))
    ? parsed({ data, session: ev1Session({ ...state, chain }) })
    : faulty('card-answer-invalid', 'its MAC is wrong');
}

function deciphered(
  state: Ev1State,
  received: Uint8Array,
  answerBytes: number,
): Parsed<OpenedAnswer> {
  if (received.length !== wholeBlocks(answerBytes + crcBytes)) {
    return faulty('card-answer-invalid', `it has ${received.length} bytes`);
  }
  const plain = decryptCbc(state.key, state.chain, received);
  const data = plain.subarray(0, answerBytes);
  // The CRC covers the status too; what remains of the last block is zero.
  const right = toWholeBlocks(data, desfireCrc32(concat(data, statusOk)));
  return equal(plain, right)
    ? parsed({ data, session: ev1Session({ ...state, chain: received.slice(-16) }) })
    : faulty('card-answer-invalid', 'its CRC is wrong');
}

function toWholeBlocks(...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  const whole = new Uint8Array(wholeBlocks(content.length));
  whole.set(content);
  return whole;
}

function wholeBlocks(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
