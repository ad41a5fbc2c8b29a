/**
 * What the two generations of secure messaging have in common: a session that takes the protection
 * off a command and puts it on the response. The session knows keys and counters, and nothing of
 * what commands do.
 */
import type { CommMode } from './memory.ts';

/** How one command and its response are protected. */
export interface Protection {
  readonly mode: CommMode;
  /** Which side carries the data that the mode is about. */
  readonly carries: 'command' | 'response' | 'nothing';
  /** Bytes before the data of the command; they stay readable. */
  readonly headerBytes: number;
  /** Length of the data of the command, when the command carries any. */
  readonly dataBytes: number;
  /** What follows the data of a ChangeKey: the check sum of the new key. */
  readonly trailerBytes?: number;
}

export interface ReceivedCommand {
  readonly code: number;
  /** Header and data, joined from all frames. */
  readonly payload: Uint8Array;
}

export interface SecureSession {
  readonly keyNumber: number;
  /** How long the payload of a command becomes by its protection. */
  payloadBytes(protection: Protection): number;
  /** @returns header, data and trailer in the clear. @throws CardRefusal. */
  unprotect(command: ReceivedCommand, protection: Protection): Uint8Array;
  /** @returns the response data as sent. */
  protect(data: Uint8Array, protection: Protection): Uint8Array;
  /** Goes on under another key, where the generation knows that. */
  readonly renew?: (keyNumber: number, key: Uint8Array, challenges: Challenges) => SecureSession;
}

/** What reader (A) and card (B) have drawn, 16 bytes each. */
export interface Challenges {
  readonly rndA: Uint8Array;
  readonly rndB: Uint8Array;
}

/** Management: a command without data to protect; EV2 still gives both directions a MAC. */
export const managed: Protection = {
  mode: 'mac',
  carries: 'nothing',
  headerBytes: 0,
  dataBytes: 0,
};
