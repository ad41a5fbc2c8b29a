/**
 * The port behind which every QR scanner and card reader stands. A reader turns hardware into
 * scans: bytes, or a channel to a card. It knows nothing of tokens, fares or decisions.
 */
import type { MonotonicMs } from './clock.ts';

/** Bytes of one QR code as the scanner sent them, without terminator and AIM identifier. */
export interface QrScan {
  readonly medium: 'qr';
  readonly reader: string;
  /** 1 to 1,024 bytes; latin1 on the wire, never trimmed. */
  readonly bytes: Uint8Array;
  /** ISO/IEC 15424 symbology identifier such as `]Q1`, when the scanner sends one. */
  readonly symbology?: string;
  /** When the last byte of the frame (its terminator) arrived. */
  readonly lastByteAt: MonotonicMs;
}

/** A card or phone in the field, connected. One scan per time it is held to the reader. */
export interface CardScan {
  readonly medium: 'nfc';
  /** The slot's name, unique among the readers that are plugged in. */
  readonly reader: string;
  /** Answer to reset, ISO/IEC 7816-3 (for contactless as PC/SC part 3 §3.1.3.2.3 builds it). */
  readonly atr: Uint8Array;
  readonly lastByteAt: MonotonicMs;
  readonly channel: CardChannel;
}

/** Something was presented but could not be read: shown as amber, "try again". */
export interface UnreadableScan {
  readonly medium: 'unreadable';
  readonly reader: string;
  readonly fault: ScanFault;
  readonly lastByteAt: MonotonicMs;
}

/**
 * - `frame-too-long`: more than 1,024 bytes without a terminator; all is discarded to the next one.
 * - `frame-incomplete`: a frame stopped half-way and the inter-byte timeout passed.
 * - `connect-failed`: a card is in the field but the reader could not connect to it.
 * - `card-collision`: more than one card is in the field; from readers that report it.
 */
export type ScanFault = 'frame-too-long' | 'frame-incomplete' | 'connect-failed' | 'card-collision';

export type Scan = QrScan | CardScan | UnreadableScan;

/** A conversation with the card of one scan; one command at a time. */
export interface CardChannel {
  /**
   * Sends a command APDU (ISO/IEC 7816-4, at most 261 bytes) and gives the response APDU with its
   * two status bytes.
   * @throws ReaderError `card/gone` when the card left the field, `card/timeout` past the deadline.
   */
  transceive(apdu: Uint8Array, deadline: MonotonicMs): Promise<Uint8Array>;
  /** Aborts when the card leaves the field or the reader ends. */
  readonly gone: AbortSignal;
}

export interface TokenReader {
  readonly name: string;
  /**
   * Whether it tells two cards in its field from one. PC/SC has no word for it: its readers pick one
   * of the cards, or fail to connect (`connect-failed`).
   */
  readonly reportsCollision: boolean;
  /**
   * Opens the hardware and yields scans until the signal aborts (then it returns) or the hardware
   * fails (then it throws ReaderError). The iterable is single-use; to reopen, call open again.
   * At most 16 scans wait for a slow consumer; past that the oldest waiting one is dropped, for
   * the rider has walked on.
   */
  open(signal: AbortSignal): AsyncIterable<Scan>;
}

export type ReaderErrorCode =
  | 'reader/not-found'
  | 'reader/no-permission'
  | 'reader/busy'
  | 'reader/unplugged'
  | 'reader/service-unreachable'
  | 'reader/driver-missing'
  | 'reader/failed'
  | 'card/gone'
  | 'card/timeout';

/** The world failing at a reader: a code for programs, a hint for the technician. */
export class ReaderError extends Error {
  readonly code: ReaderErrorCode;
  readonly hint: string;

  constructor(code: ReaderErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ReaderError';
    this.code = code;
    this.hint = hint;
  }
}
