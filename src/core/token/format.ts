/** What a token format is: docs/adding-a-token.md tells how to add one. */
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import type { Field } from '../field.ts';
import type { Parsed } from '../parsed.ts';
import type { Token } from './token.ts';

export interface TokenFormat {
  /** Kebab-case: the same word in rows, reports and fixtures. */
  readonly name: string;
  /** Looks at the beginning only: what it recognises it must also explain when it is malformed. */
  readonly recognises: (bytes: Uint8Array) => boolean;
  /** Total. @param keyed makes the keys by which the token is recognised again. */
  readonly parse: (bytes: Uint8Array, keyed: KeyedHash) => Parsed<Token>;
  /** Total: as many fields as can be read, for `halte inspect`. */
  readonly fields: (bytes: Uint8Array) => readonly Field[];
}
