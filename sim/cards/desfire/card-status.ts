/**
 * The status codes of DESFire commands (second byte of 91xx) and the refusal that carries one. A
 * refusal is thrown where a command finds its reason and caught in one place, where it also costs
 * the card its authentication and its open transaction.
 */

/** MF2DL(H)x0 data sheet, table "Status and error codes"; the rest as on EV1. */
export const cardStatus = {
  ok: 0x00,
  noChanges: 0x0c,
  outOfMemory: 0x0e,
  illegalCommand: 0x1c,
  integrityError: 0x1e,
  noSuchKey: 0x40,
  lengthError: 0x7e,
  permissionDenied: 0x9d,
  parameterError: 0x9e,
  applicationNotFound: 0xa0,
  authenticationError: 0xae,
  additionalFrame: 0xaf,
  boundaryError: 0xbe,
  commandAborted: 0xca,
  countError: 0xce,
  duplicateError: 0xde,
  fileNotFound: 0xf0,
} as const;

export type CardRefusalName = Exclude<keyof typeof cardStatus, 'ok' | 'additionalFrame'>;

export class CardRefusal extends Error {
  readonly status: number;

  constructor(name: CardRefusalName) {
    super(name);
    this.name = 'CardRefusal';
    this.status = cardStatus[name];
  }
}

/** @throws CardRefusal always; typed so that it can end an expression. */
export function refuse(name: CardRefusalName): never {
  throw new CardRefusal(name);
}
