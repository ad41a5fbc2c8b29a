/** How a file of GTFS is described: its fields, their types, what must be there. */
import type { FieldType } from './field-types.ts';

export interface Field {
  readonly type: FieldType<unknown>;
  readonly required: boolean;
  /** `file.field` of which one must have the value: foreign keys. */
  readonly refers: readonly string[];
  /** What an empty cell stands for where the file has the column. */
  readonly empty?: unknown;
}

export interface Table {
  readonly required?: boolean;
  /** Fields of which no two rows have the same values; without any the file has one row. */
  readonly key: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
  /** Fields of the standard that Halte does not use. */
  readonly passedOver?: readonly string[];
}

export function must<T>(fieldType: FieldType<T>, ...refers: readonly string[]) {
  return { type: fieldType, required: true, refers } as const;
}

export function may<T>(fieldType: FieldType<T>, ...refers: readonly string[]) {
  return { type: fieldType, required: false, refers } as const;
}

/** @param empty what an empty cell stands for; a missing column stands for nothing. */
export function mayStandFor<T>(fieldType: FieldType<T>, empty: T) {
  return { type: fieldType, required: false, refers: [], empty } as const;
}
