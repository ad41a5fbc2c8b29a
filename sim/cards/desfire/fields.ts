/**
 * The numbers of DESFire commands: unsigned, least significant byte first, one after another.
 * Reading past the end, or leaving something over, is the card's length error.
 */
import { refuse } from './card-status.ts';

export interface Fields {
  /** @param size 1 to 4 bytes. */
  number(size: number): number;
  bytes(size: number): Uint8Array;
  /** How many bytes are left. */
  left(): number;
  /** Nothing may be left. */
  end(): void;
}

export function fieldsOf(payload: Uint8Array): Fields {
  let offset = 0;

  function bytes(size: number): Uint8Array {
    if (offset + size > payload.length) refuse('lengthError');
    offset += size;
    return payload.slice(offset - size, offset);
  }

  return {
    bytes,
    number: (size) => numberOf(bytes(size)),
    left: () => payload.length - offset,
    end() {
      if (offset !== payload.length) refuse('lengthError');
    },
  };
}

/** All fields of a payload that must have exactly these sizes. */
export function numbersOf(payload: Uint8Array, sizes: readonly number[]): number[] {
  const fields = fieldsOf(payload);
  const numbers = sizes.map((size) => fields.number(size));
  fields.end();
  return numbers;
}

/** @param value 0 to 2^32 - 1, or a negative one for its two's complement. */
export function littleEndian(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** index) & 0xff);
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, index) => sum + byte * 256 ** index, 0);
}
