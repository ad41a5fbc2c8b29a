/**
 * A card in software: what it answers to which command. The same model lies in the simulated card
 * field and, over vpcd, in a slot of the real pcscd. It knows nothing of readers and time.
 */
export interface CardModel {
  /** Answer to reset, ISO/IEC 7816-3. */
  readonly atr: Uint8Array;
  /** Gives the response APDU, status bytes included. */
  respond(apdu: Uint8Array): Uint8Array;
  /** What the reader tells when it is asked for the UID; without one it refuses. */
  readonly uid?: Uint8Array;
  /** Power on or reset: forgets what was selected. */
  reset?(): void;
}

/** SW1 SW2 of ISO/IEC 7816-4 table 6, as far as the models use them. */
export const statusWord = {
  ok: 0x9000,
  wrongLength: 0x6700,
  conditionsNotSatisfied: 0x6985,
  functionNotSupported: 0x6a81,
  fileNotFound: 0x6a82,
  wrongOffset: 0x6b00,
  instructionUnknown: 0x6d00,
} as const;

/** INS of ISO/IEC 7816-4 table 4. */
export const instruction = { select: 0xa4, readBinary: 0xb0, internalAuthenticate: 0x88 } as const;

export function response(status: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  return Uint8Array.of(...data, status >> 8, status & 0xff);
}

/**
 * The ATR that a reader builds for an ISO/IEC 14443-4 card, PC/SC part 3 §3.1.3.2.3.1:
 * 3B 8n 80 01, n historical bytes (at most 15), and the exclusive-or of all but the first.
 */
export function contactlessAtr(historical: Uint8Array): Uint8Array {
  const checked = [0x80 | historical.length, 0x80, 0x01, ...historical];
  const check = checked.reduce((sum, byte) => sum ^ byte, 0);
  return Uint8Array.of(0x3b, ...checked, check);
}
