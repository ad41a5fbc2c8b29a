/** Where in a text something stands, as editors count. It does not know what kind of text it is. */

export interface TextPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units: what editors call the column. */
  readonly character: number;
}

export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const begin = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, character: offset - begin + 1 };
}
