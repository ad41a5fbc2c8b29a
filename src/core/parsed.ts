/**
 * What a parser of outside bytes gives: a value, or a fault that names what is wrong and where.
 * Parsers never throw for what they are fed.
 */
import type { Reason } from './reason.ts';

export interface ParseFault {
  readonly reason: Reason;
  /** For technicians and tests; never holds the bytes themselves. */
  readonly detail: string;
  /** Keyed hash of the first bytes of what nobody recognised: shows that one thing comes often. */
  readonly sample?: Uint8Array;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: ParseFault };

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function faulty(reason: Reason, detail: string): { ok: false; fault: ParseFault } {
  return { ok: false, fault: { reason, detail } };
}
