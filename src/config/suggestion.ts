/** Names that people type: which known one was meant, which ones a schema knows, how a path reads. */
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** A slip of the finger is at most this many letters away. */
const slipMax = 2;

/**
 * @returns a question about the known name that is nearest, when one is near. A name that is known
 * itself has its place elsewhere, and is no slip.
 */
export function slipOf(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, [...known]);
  const isSlip = name !== nearest && distance(name, nearest) <= slipMax;
  return isSlip ? `did you mean "${nearest}"?` : undefined;
}

/** Every key that may stand anywhere in a file of this schema. */
export function keysOf(schema: z.ZodType): string[] {
  const keys = new Set<string>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [name, child] of Object.entries(node)) {
      if (name === 'properties') for (const key of Object.keys(child as object)) keys.add(key);
      collect(child);
    }
  };
  collect(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }));
  return [...keys];
}

/** `readers[0].baudRate`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
