/**
 * A MIFARE DESFire card in software, EV1, EV2 or EV3, with AES keys: what it answers to native
 * commands inside APDUs. Written from the public MF2DL(H)x0 data sheet and application notes
 * AN12343 and AN12196, apart from the reader's side of the dialogue, so that the two check each
 * other. It knows commands, not what an issuer keeps on the card.
 */
import { concat } from '../../../src/core/bytes.ts';
import {
  type CardModel,
  contactlessAtr,
  instruction,
  response,
  statusWord,
} from '../card-model.ts';
import { applicationCommands } from './application-commands.ts';
import { authenticationCommands } from './authentication-commands.ts';
import type { CardCommand } from './card-command.ts';
import { cardLevelCommands } from './card-level-commands.ts';
import { CardRefusal, cardStatus, refuse } from './card-status.ts';
import { dataCommands } from './data-commands.ts';
import { fileCommands } from './file-commands.ts';
import { completed, continued, refused, wrappedCommand, wrappingClass } from './framing.ts';
import { keyCommands } from './key-commands.ts';
import { blankMemory, type CardMemory, storageBytes } from './memory.ts';
import { type CardDesign, emptyTransaction, type PoweredCard, powerUp } from './powered-card.ts';
import { recordCommands } from './record-commands.ts';
import type { ReceivedCommand } from './secure-session.ts';
import { transactionCommands } from './transaction-commands.ts';
import { valueCommands } from './value-commands.ts';

export interface DesfireCardOptions extends CardDesign {
  /** What {@link DesfireCard.snapshot} gave. Default: a blank card. */
  readonly memory?: CardMemory;
}

export interface DesfireCard extends CardModel {
  /** Readers tell it on FF CA; the card itself is not asked. */
  readonly uid: Uint8Array;
  reset(): void;
  /** A copy of what the card keeps without power. */
  snapshot(): CardMemory;
}

const commands: ReadonlyMap<number, CardCommand> = new Map([
  ...authenticationCommands,
  ...cardLevelCommands,
  ...applicationCommands,
  ...keyCommands,
  ...fileCommands,
  ...dataCommands,
  ...valueCommands,
  ...recordCommands,
  ...transactionCommands,
]);

/** Data in one frame: of a response as the older commands cut it, and of any command to EV1. */
const frameBytesMax = 59;
const historicalByte = 0x80;
const classNotSupported = 0x6e00;

export function createDesfireCard(options: DesfireCardOptions): DesfireCard {
  const { uid } = options;
  const memory = structuredClone(options.memory ?? blankMemory());
  let card = powerUp(options, memory);

  return {
    uid,
    atr: contactlessAtr(Uint8Array.of(historicalByte)),
    reset() {
      card = powerUp(options, memory);
    },
    snapshot: () => structuredClone(memory),
    respond(apdu) {
      if (apdu[0] === 0x00) return isoResponse(apdu);
      if (apdu[0] !== wrappingClass) return response(classNotSupported);
      return answer(card, apdu);
    },
  };
}

/** The model has no applications with ISO names. */
function isoResponse(apdu: Uint8Array): Uint8Array {
  const selecting = apdu[1] === instruction.select;
  return response(selecting ? statusWord.fileNotFound : statusWord.instructionUnknown);
}

/** Every error aborts the transaction and ends the session (NT4H2421Gx data sheet §9.1.9). */
function answer(card: PoweredCard, apdu: Uint8Array): Uint8Array {
  try {
    return receive(card, wrappedCommand(apdu));
  } catch (error) {
    if (!(error instanceof CardRefusal)) throw error;
    card.session = undefined;
    card.transaction = emptyTransaction();
    card.continuation = undefined;
    return refused(error.status);
  }
}

function receive(card: PoweredCard, received: ReceivedCommand): Uint8Array {
  const { continuation } = card;
  card.continuation = undefined;
  if (card.generation === 'ev1' && received.payload.length > frameBytesMax) refuse('lengthError');
  if (received.code === cardStatus.additionalFrame) {
    return (continuation ?? refuse('illegalCommand'))(received.payload);
  }
  if (continuation !== undefined) refuse('commandAborted');
  const command = commands.get(received.code);
  if (command === undefined) refuse('illegalCommand');
  if (command.sinceEv2 && card.generation === 'ev1') refuse('illegalCommand');
  return execute(card, command, received);
}

function execute(card: PoweredCard, command: CardCommand, received: ReceivedCommand): Uint8Array {
  const { code, payload } = received;
  const { session } = card;
  const protection = command.protection(card, payload);
  if (protection === undefined) return started(card, command.run(card, received));

  const { headerBytes, dataBytes } = protection;
  const expected = session?.payloadBytes(protection) ?? headerBytes + dataBytes;
  if (expected > storageBytes) refuse('boundaryError');
  if (command.chained && payload.length < expected) {
    card.continuation = (more) => execute(card, command, { code, payload: concat(payload, more) });
    return continued(new Uint8Array(0));
  }
  const clear = session?.unprotect(received, protection) ?? payload;
  const data = command.run(card, { code, payload: clear });
  // Changing its own key or deleting its application ends a session: no MAC any more.
  const kept = session !== undefined && session === card.session;
  return framed(card, kept ? session.protect(data, protection) : data, command.frameBytes ?? []);
}

/** Commands outside a session are done, or wait for the answer to their challenge. */
function started(card: PoweredCard, data: Uint8Array): Uint8Array {
  return card.continuation === undefined ? completed(data) : continued(data);
}

/** Cuts the response; the reader asks for each further frame. */
function framed(card: PoweredCard, data: Uint8Array, sizes: readonly number[]): Uint8Array {
  const [size = frameBytesMax, ...next] = sizes;
  if (data.length <= size) return completed(data);
  card.continuation = (more) => {
    if (more.length > 0) refuse('lengthError');
    return framed(card, data.slice(size), next);
  };
  return continued(data.slice(0, size));
}
