/** Where formats outside core/token find the shape of a field. */
export type { Field } from '../field.ts';
