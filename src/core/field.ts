/** One field of a token as a technician sees it: where it lies, what it is, what it says. */
export interface Field {
  /** Position in the structure, such as `61.63.9F74`; the nesting is its dots. */
  readonly path: string;
  /** What the standard calls it. */
  readonly name: string;
  /** Where its value begins in the decoded bytes, and how many bytes it has. */
  readonly offset: number;
  readonly bytes: number;
  /** Readable: text as text, numbers as numbers, bytes in hexadecimal. */
  readonly value: string;
  /** Milliseconds since 1970, for a value that is a time: whoever shows it writes the date. */
  readonly at?: number;
  /** Holds a card number or a bearer token: shown only to whoever asks for it. */
  readonly secret?: true;
}
