/**
 * Bytes that must leave memory only sealed: a payment code, the number of a card. Printed, logged
 * or turned into JSON it says that it is a secret, and nothing else; only `reveal` gives the bytes.
 */
const shown = '[secret]';

export class Secret {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** For whoever seals it. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  /** What Node's console and assertions print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}
