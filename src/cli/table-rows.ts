/** Tables for people: a title, a head, and columns as wide as what stands in them. */
import type { Row } from './inspect-rows.ts';

/** @returns nothing for a table without rows. */
export function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly Row[] {
  if (rows.length === 0) return [];
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const laid = (row: readonly string[]): Row => [
    { text: '', width: 2 },
    ...row.map((text, column) => ({ text, width: (widths[column] ?? 0) + 1 })),
  ];
  const under: Row = laid(head).map((cell) => ({ ...cell, colour: 'dim' as const }));
  return [[{ text: '' }], [{ text: title, colour: 'bold' }], under, ...rows.map(laid)];
}
