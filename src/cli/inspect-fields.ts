/**
 * The fields of a token as a table: where each lies, its place in the structure as a tree, what it
 * is and what it says.
 */
import type { Field } from '../core/field.ts';
import { mask } from './inspect-report.ts';
import type { Cell, Row } from './inspect-rows.ts';
import { relativeText, utcText } from './inspect-time.ts';

export interface FieldRowsOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the terminal, when there is one. */
  readonly columns: number | undefined;
}

const offsetWidth = 8;
const bytesWidth = 7;
/** Names give way to values: these many characters stay for each, on the narrowest terminal. */
const nameWidthMin = 16;
const valueWidthMin = 26;

export function fieldRows(fields: readonly Field[], options: FieldRowsOptions): readonly Row[] {
  if (fields.length === 0) return [];
  const rows = treeOf(fields);
  const placeWidth = widest(['place', ...rows.map(({ place }) => place)]);
  const names = widest(['field', ...fields.map(({ name }) => name)]);
  const room = (options.columns ?? Number.POSITIVE_INFINITY) - offsetWidth - bytesWidth;
  const nameWidth = Math.min(names, Math.max(nameWidthMin, room - placeWidth - valueWidthMin));
  const head: Row = [
    { text: 'offset', width: offsetWidth, colour: 'dim' },
    { text: 'bytes', width: bytesWidth, colour: 'dim' },
    { text: 'place', width: placeWidth, colour: 'dim' },
    { text: 'field', width: nameWidth, colour: 'dim' },
    { text: 'value', colour: 'dim' },
  ];
  return [
    head,
    ...rows.map(({ place, field }): Row => {
      const beginning = [...placeCells(field), { text: place, width: placeWidth }];
      if (field === undefined) return beginning;
      return [...beginning, { text: field.name, width: nameWidth }, valueCell(field, options)];
    }),
  ];
}

function placeCells(field: Field | undefined): readonly Cell[] {
  if (field === undefined) return [{ text: '', width: offsetWidth + bytesWidth }];
  return [
    { text: `0x${field.offset.toString(16).padStart(4, '0')}`, width: offsetWidth, colour: 'dim' },
    { text: String(field.bytes).padStart('bytes'.length), width: bytesWidth, colour: 'dim' },
  ];
}

function valueCell({ value, at }: Field, { now }: FieldRowsOptions): Cell {
  if (value === mask) return { text: `${mask} (secret, --reveal shows it)`, colour: 'amber' };
  if (at === undefined) return { text: value };
  return { text: `${value} = ${utcText(at)}, ${relativeText(at, now)}` };
}

interface TreeRow {
  /** Last part of the path, indented by its depth. */
  readonly place: string;
  /** Absent: only the name of what is inside. */
  readonly field?: Field;
}

/** Fields under the parts of their paths, each part named once. */
function treeOf(fields: readonly Field[]): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  let above: readonly string[] = [];
  for (const field of fields) {
    const parts = field.path.split('.');
    const inside = parts.slice(0, -1);
    const fresh = inside.findIndex((part, depth) => part !== above[depth]);
    const from = fresh < 0 ? inside.length : fresh;
    for (let depth = from; depth < inside.length; depth += 1) {
      rows.push({ place: placeText(inside, depth) });
    }
    rows.push({ place: placeText(parts, parts.length - 1), field });
    above = parts;
  }
  return rows;
}

function placeText(parts: readonly string[], depth: number): string {
  return `${'  '.repeat(depth)}${parts[depth] ?? ''}`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length)) + 2;
}
