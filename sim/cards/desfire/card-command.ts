/** What a command is to the card: how it is protected, what it does, and how its response is cut. */
import { concat } from '../../../src/core/bytes.ts';
import { grantedMode } from './access.ts';
import { padZeros } from './card-crypto.ts';
import type { AccessRights, CardFile } from './memory.ts';
import { namedFile, type PoweredCard } from './powered-card.ts';
import { managed, type Protection, type ReceivedCommand } from './secure-session.ts';

export interface CardCommand {
  /** Undefined: the command stands outside any session. Its file must exist and grant access. */
  protection(card: PoweredCard, payload: Uint8Array): Protection | undefined;
  /** @param command with the payload in the clear. @returns response data. @throws CardRefusal. */
  run(card: PoweredCard, command: ReceivedCommand): Uint8Array;
  /** EV1 cards answer that they do not know it. */
  readonly sinceEv2?: boolean;
  /** A command too long for one frame is continued in additional frames. */
  readonly chained?: boolean;
  /** Sizes of the first frames of the response; the last goes for all that follow. */
  readonly frameBytes?: readonly number[];
}

export type CardCommands = readonly (readonly [number, CardCommand])[];

export const nothing = new Uint8Array(0);

export function managing(run: CardCommand['run']): CardCommand {
  return { protection: () => managed, run };
}

/** A command outside any session. */
export function unsecured(run: CardCommand['run']): CardCommand {
  return { protection: () => undefined, run };
}

/** Protection by the mode of the file whose number is the first byte of the payload. */
export function byFile(
  rightsOf: (rights: AccessRights, file: CardFile) => readonly number[],
  shape: Pick<Protection, 'carries'> & Partial<Protection>,
): (card: PoweredCard, payload: Uint8Array) => Protection {
  return (card, payload) => {
    const file = namedFile(card, payload);
    return { ...managed, ...shape, mode: grantedMode(card, file, rightsOf(file.rights, file)) };
  };
}

export const readers = ({ read, readWrite }: AccessRights) => [read, readWrite];
export const writers = ({ write, readWrite }: AccessRights) => [write, readWrite];
export const users = ({ read, write, readWrite }: AccessRights) => [read, write, readWrite];
export const owners = ({ readWrite }: AccessRights) => [readWrite];

/**
 * Takes a command into the input of the transaction MAC (MF2DL(H)x0 data sheet §10.3.4): command
 * and header filled to a block, then the data filled to blocks. No vector of it is published, and
 * it was not verified on silicon.
 */
export function noteForMac(
  { transaction }: PoweredCard,
  { code, payload }: ReceivedCommand,
  data: Uint8Array = nothing,
): void {
  transaction.macInput.push(padZeros(concat(Uint8Array.of(code), payload)), padZeros(data));
}
