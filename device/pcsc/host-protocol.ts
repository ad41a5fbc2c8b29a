/**
 * What the card reader and its host process say to each other, and the limits of both. The host
 * holds the PC/SC library and nothing else; one command runs per card at a time, so the card's
 * number is enough to match a response with its command.
 */
import type { MonotonicMs } from '../clock.ts';

/** Longest short command APDU, ISO/IEC 7816-4 §5.1: header 4, Lc 1, data 255, Le 1. */
export const apduBytesMax = 261;

/** Longest response to it: 256 bytes of data and SW1 SW2. The library fails on a longer one. */
export const responseBytesMax = 258;

/** PC/SC lite knows no more slots (PCSCLITE_MAX_READERS_CONTEXTS). */
export const slotsMax = 16;

/** How often the host says that its event loop turns. */
export const aliveEveryMs = 1_000;

/** The host's last words before it exits. */
export interface HostFailure {
  readonly kind: 'failed';
  readonly code: 'reader/driver-missing' | 'reader/service-unreachable' | 'reader/failed';
  readonly cause: string;
}

export type HostMessage =
  | { readonly kind: 'alive' }
  | {
      readonly kind: 'card-in';
      /** Counts up over the life of one host: a card held twice has two numbers. */
      readonly card: number;
      readonly slot: string;
      readonly atr: Uint8Array;
      readonly at: MonotonicMs;
    }
  | { readonly kind: 'card-out'; readonly card: number }
  | {
      readonly kind: 'connect-failed';
      readonly slot: string;
      readonly at: MonotonicMs;
      readonly cause: string;
    }
  | { readonly kind: 'response'; readonly card: number; readonly bytes: Uint8Array }
  | { readonly kind: 'transmit-failed'; readonly card: number; readonly cause: string }
  | HostFailure;

export type HostCommand = {
  readonly kind: 'transmit';
  readonly card: number;
  readonly apdu: Uint8Array;
};
