/** What somebody relied on in a ledger's life, in the order in which it happened. */

interface Place {
  readonly epoch: number;
  readonly seq: number;
  /** Lower-case hexadecimal. */
  readonly tokenKey: string;
}

export type Mark =
  /** A rider saw green. */
  | ({ readonly kind: 'green' } & Place)
  /** From here on a card may have been debited: the place is its intent's. */
  | ({ readonly kind: 'card' } & Place)
  /** The device holds the backend's receipt. */
  | { readonly kind: 'receipt'; readonly durableSeq: number }
  /** Receipted rows up to this one may be deleted from here on. */
  | { readonly kind: 'pruning'; readonly durableSeq: number };

/** @param text lines of JSON, as the life wrote them. */
export function readMarks(text: string): readonly Mark[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Mark);
}
