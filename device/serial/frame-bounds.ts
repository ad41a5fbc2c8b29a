/**
 * Bounds what the readline parser sees. The parser concatenates until it meets a terminator, so a
 * noisy or hostile scanner could grow memory through it; this transform stands in front, holds one
 * partial frame in a fixed buffer and passes on complete frames only.
 *
 *   chunks ─▶ FrameBounds (at most 1,024 bytes held) ─▶ frame + terminator ─▶ ReadlineParser
 *
 * Invariants:
 * - what comes out does not depend on where the chunks were cut;
 * - a frame of more than 1,024 bytes is reported at its 1,025th byte, and everything to the next
 *   terminator, or to a silence, is discarded with it;
 * - bytes that may belong to a terminator are counted, not held: they are known.
 */
import { Transform, type TransformCallback } from 'node:stream';
import type { ScanFault } from '../token-reader.ts';

/** Bytes of one frame without its terminator. The longest QR code of use is far below it. */
export const frameBytesMax = 1_024;

export interface FrameBoundsListener {
  /** Called just before the frame is passed on, in the chunk that brought its last byte. */
  onFrame(): void;
  onFault(fault: ScanFault): void;
  /** Called for each byte that no frame will carry, terminators of discarded frames aside. */
  onDiscard(byteCount: number): void;
}

export class FrameBounds extends Transform {
  readonly #terminator: Uint8Array;
  readonly #borders: readonly number[];
  readonly #listener: FrameBoundsListener;
  readonly #held = Buffer.alloc(frameBytesMax);
  #heldBytes = 0;
  /** How many bytes of the terminator the newest bytes match. */
  #matched = 0;
  #discarding = false;

  constructor(terminator: Uint8Array, listener: FrameBoundsListener) {
    super();
    this.#terminator = terminator;
    this.#borders = bordersOf(terminator);
    this.#listener = listener;
  }

  /** Never more than frameBytesMax. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether more bytes must come before the line is at rest between two frames. */
  get isMidFrame(): boolean {
    return this.#heldBytes > 0 || this.#matched > 0 || this.#discarding;
  }

  /** The line fell silent: drops a partial frame and reports it, or ends a discard. */
  expire(): void {
    if (this.#heldBytes > 0) {
      this.#listener.onDiscard(this.#heldBytes);
      this.#listener.onFault('frame-incomplete');
    }
    this.#reset();
  }

  override _transform(chunk: Uint8Array, _encoding: string, done: TransformCallback): void {
    for (const byte of chunk) this.#accept(byte);
    done();
  }

  /** One step of Knuth–Morris–Pratt: a terminator is found although it overlaps a failed match. */
  #accept(byte: number): void {
    while (this.#matched > 0 && byte !== this.#terminator[this.#matched]) {
      const border = this.#borders[this.#matched - 1] ?? 0;
      for (const known of this.#terminator.subarray(0, this.#matched - border)) this.#hold(known);
      this.#matched = border;
    }
    if (byte === this.#terminator[this.#matched]) this.#matched += 1;
    else this.#hold(byte);
    if (this.#matched === this.#terminator.length) this.#complete();
  }

  #hold(byte: number): void {
    if (!this.#discarding && this.#heldBytes === frameBytesMax) this.#overflow();
    if (this.#discarding) {
      this.#listener.onDiscard(1);
      return;
    }
    this.#held[this.#heldBytes] = byte;
    this.#heldBytes += 1;
  }

  #overflow(): void {
    this.#listener.onDiscard(this.#heldBytes);
    this.#heldBytes = 0;
    this.#discarding = true;
    this.#listener.onFault('frame-too-long');
  }

  /** Scanners end some codes twice; a frame without bytes says nothing and is passed over. */
  #complete(): void {
    if (this.#heldBytes > 0) {
      this.#listener.onFrame();
      this.push(Buffer.concat([this.#held.subarray(0, this.#heldBytes), this.#terminator]));
    }
    this.#reset();
  }

  #reset(): void {
    this.#heldBytes = 0;
    this.#matched = 0;
    this.#discarding = false;
  }
}

/** For each prefix of the pattern, the length of its longest proper prefix that is its suffix. */
function bordersOf(pattern: Uint8Array): readonly number[] {
  const borders = [0];
  let length = 0;
  for (const byte of pattern.subarray(1)) {
    while (length > 0 && byte !== pattern[length]) length = borders[length - 1] ?? 0;
    if (byte === pattern[length]) length += 1;
    borders.push(length);
  }
  return borders;
}
