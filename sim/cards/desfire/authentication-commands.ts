/**
 * Proving that both sides know a key: AuthenticateEV2First and NonFirst (MF2DL(H)x0 data sheet
 * §9.1.5, §9.1.6), and the AuthenticateAES of EV1. Each is two commands: a challenge, and the
 * answer to it in an additional frame.
 */
import { concat, equal } from '../../../src/core/bytes.ts';
import { type CardCommands, unsecured } from './card-command.ts';
import { blockBytes, decryptCbc, encryptCbc, rotated, zeroBlock } from './card-crypto.ts';
import { refuse } from './card-status.ts';
import { createEv1Session, ev1SessionKey } from './ev1-session.ts';
import { createEv2Session, ev2SessionKeys } from './ev2-session.ts';
import { fieldsOf, numbersOf } from './fields.ts';
import { completed } from './framing.ts';
import { emptyTransaction, type PoweredCard, selectedApplication } from './powered-card.ts';
import type { Challenges, ReceivedCommand } from './secure-session.ts';

const capabilityBytes = 6;
const identifierBytes = 4;

export const authenticationCommands: CardCommands = [
  [0x71, { ...unsecured(authenticateEv2First), sinceEv2: true }],
  [0x77, { ...unsecured(authenticateEv2NonFirst), sinceEv2: true }],
  [0xaa, unsecured(authenticateAes)],
];

function authenticateEv2First(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const fields = fieldsOf(payload);
  const keyNumber = fields.number(1);
  const capabilities = fields.bytes(fields.number(1));
  fields.end();
  const key = keyOf(card, keyNumber);
  card.session = undefined;
  card.transaction = emptyTransaction();
  return challenge(card, { key, runningIv: false }, (challenges) => {
    const identifier = card.entropy.bytes(identifierBytes);
    const keys = ev2SessionKeys(key, challenges);
    card.session = createEv2Session({ keyNumber, keys, identifier });
    const echo = new Uint8Array(capabilityBytes);
    echo.set(capabilities.subarray(0, capabilityBytes));
    const ownCapabilities = new Uint8Array(capabilityBytes);
    const answer = concat(identifier, rotated(challenges.rndA), ownCapabilities, echo);
    return encryptCbc(key, zeroBlock, answer);
  });
}

/** Changes the key within a session: its identifier, counter and transaction go on. */
function authenticateEv2NonFirst(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [keyNumber = 0] = numbersOf(payload, [1]);
  const key = keyOf(card, keyNumber);
  const renew = card.session?.renew ?? refuse('authenticationError');
  card.session = undefined;
  return challenge(card, { key, runningIv: false }, (challenges) => {
    card.session = renew(keyNumber, key, challenges);
    return encryptCbc(key, zeroBlock, rotated(challenges.rndA));
  });
}

/** Other than in EV2, the initial vector runs on from one message to the next. */
function authenticateAes(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [keyNumber = 0] = numbersOf(payload, [1]);
  const key = keyOf(card, keyNumber);
  card.session = undefined;
  return challenge(card, { key, runningIv: true }, ({ rndA, rndB }, lastBlock) => {
    card.session = createEv1Session(keyNumber, ev1SessionKey(rndA, rndB));
    return encryptCbc(key, lastBlock, rotated(rndA));
  });
}

/** Sends the card's challenge, and waits for the proof that the reader has read it. */
function challenge(
  card: PoweredCard,
  { key, runningIv }: { readonly key: Uint8Array; readonly runningIv: boolean },
  finish: (challenges: Challenges, lastBlock: Uint8Array) => Uint8Array,
): Uint8Array {
  const rndB = card.entropy.bytes(blockBytes);
  const sent = encryptCbc(key, zeroBlock, rndB);
  card.continuation = (proof) => {
    if (proof.length !== 2 * blockBytes) refuse('lengthError');
    const clear = decryptCbc(key, runningIv ? sent : zeroBlock, proof);
    const rndA = clear.slice(0, blockBytes);
    if (!equal(clear.slice(blockBytes), rotated(rndB))) refuse('authenticationError');
    return completed(finish({ rndA, rndB }, proof.slice(-blockBytes)));
  };
  return sent;
}

function keyOf(card: PoweredCard, number: number): Uint8Array {
  return (selectedApplication(card).keys[number] ?? refuse('noSuchKey')).value;
}
