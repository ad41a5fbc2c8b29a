/**
 * Rows of cells as lines of text: columns, colours for a terminal, and cells that are wrapped
 * beneath themselves. What stands in the cells is no business of this.
 */

export interface RowOptions {
  readonly inColour: boolean;
  /** Of the terminal; absent: nothing is wrapped. */
  readonly columns: number | undefined;
}

/** ECMA-48 SGR parameters. */
const colours = { bold: 1, dim: 2, red: 31, green: 32, amber: 33 } as const;
export type Colour = keyof typeof colours;

export interface Cell {
  readonly text: string;
  readonly colour?: Colour | undefined;
  /** Filled up to so many characters, or wrapped within them; absent: as long as its text. */
  readonly width?: number;
}
/** The last cell has what is left of the terminal's width. */
export type Row = readonly Cell[];

/** The last cell is wrapped no narrower than this: it would be a column of single characters. */
const lastWidthMin = 16;

export function rowLines(row: Row, { inColour, columns }: RowOptions): readonly string[] {
  const before = row.slice(0, -1);
  const left = before.reduce((sum, { text, width }) => sum + (width ?? text.length), 0);
  const room = Math.max((columns ?? Number.POSITIVE_INFINITY) - left, lastWidthMin);
  const texts = row.map(({ text, width }, index) =>
    wrapped(printable(text), index === before.length ? room : (width ?? text.length + 1) - 1),
  );
  const height = Math.max(...texts.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map(({ text, width = text.length, colour }, index) => {
        const part = texts[index]?.[line] ?? '';
        return painted(index === before.length ? part : part.padEnd(width), colour, inColour);
      })
      .join('')
      .trimEnd(),
  );
}

function painted(text: string, paint: Colour | undefined, inColour: boolean): string {
  if (!inColour || paint === undefined || text.trim() === '') return text;
  return `\u001b[${colours[paint]}m${text}\u001b[0m`;
}

/** A field may carry what a rider's code said; it must not steer the terminal or break the line. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
}

/** Between words where there are some, else after so many characters. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
