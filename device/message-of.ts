/** What a caught value says, for the sentence of a named error: anything can be thrown. */
export function messageOf(caught: unknown): string {
  return caught instanceof Error ? caught.message : String(caught);
}
