/**
 * What a card holds while it has power, beside its memory: the application selected, the session,
 * the open transaction, and the frame that it waits for. All of it is gone at the next reset.
 */
import type { Entropy } from '../../../device/clock.ts';
import { type CardRefusalName, refuse } from './card-status.ts';
import type { Application, CardFile, CardMemory } from './memory.ts';
import { piccAid } from './memory.ts';
import type { SecureSession } from './secure-session.ts';

/** EV3 speaks as EV2 does, as far as this model goes; what it calls itself is its own. */
export type CardGeneration = 'ev1' | 'ev2' | 'ev3';

export interface CardDesign {
  /** 7 bytes. */
  readonly uid: Uint8Array;
  readonly generation: CardGeneration;
  readonly entropy: Entropy;
}

/** Changed files wait here for the commit; what was said waits for the transaction MAC. */
export interface CardTransaction {
  readonly files: Map<number, CardFile>;
  readonly macInput: Uint8Array[];
}

export interface PoweredCard extends CardDesign {
  readonly memory: CardMemory;
  selected: number;
  session: SecureSession | undefined;
  transaction: CardTransaction;
  /** Takes the data of the next additional frame and gives the card's whole response. */
  continuation: ((data: Uint8Array) => Uint8Array) | undefined;
}

export function powerUp(design: CardDesign, memory: CardMemory): PoweredCard {
  return {
    ...design,
    memory,
    selected: piccAid,
    session: undefined,
    transaction: emptyTransaction(),
    continuation: undefined,
  };
}

export function emptyTransaction(): CardTransaction {
  return { files: new Map(), macInput: [] };
}

export function selectApplication(card: PoweredCard, aid: number): void {
  card.selected = aid;
  card.session = undefined;
  card.transaction = emptyTransaction();
}

export function selectedApplication(card: PoweredCard): Application {
  return applicationAt(card, card.selected);
}

export function applicationAt({ memory }: PoweredCard, aid: number): Application {
  return memory.applications.get(aid) ?? refuse('applicationNotFound');
}

/** The file that a payload names with its first byte, as it was committed last. */
export function namedFile(card: PoweredCard, payload: Uint8Array): CardFile {
  const [number] = payload;
  return number === undefined ? refuse('lengthError') : committedFile(card, number);
}

/** The file as it was committed last. */
export function committedFile(card: PoweredCard, number: number): CardFile {
  return selectedApplication(card).files.get(number) ?? refuse('fileNotFound');
}

/** The file of one of the kinds, with what the open transaction has done to it. */
export function pendingFile<K extends CardFile['kind']>(
  card: PoweredCard,
  number: number,
  kinds: readonly K[],
): Extract<CardFile, { readonly kind: K }> {
  const file = card.transaction.files.get(number) ?? committedFile(card, number);
  return ofKind(file, kinds);
}

/** @throws CardRefusal when the command does not go with files of this kind. */
export function ofKind<K extends CardFile['kind']>(
  file: CardFile,
  kinds: readonly K[],
  otherwise: CardRefusalName = 'parameterError',
): Extract<CardFile, { readonly kind: K }> {
  return isOfKind(file, kinds) ? file : refuse(otherwise);
}

function isOfKind<K extends CardFile['kind']>(
  file: CardFile,
  kinds: readonly K[],
): file is Extract<CardFile, { readonly kind: K }> {
  return kinds.some((kind) => kind === file.kind);
}
