/**
 * What can be wrong with signed targets. A fault is a value: something from outside was looked at
 * and not believed. A TargetsError is thrown: a disk, a folder or a key failed whoever asked.
 */

export type TargetsFaultCode =
  /** Not metadata, or metadata that says something impossible. */
  | 'targets/malformed'
  /** Too few of the role's keys signed it. */
  | 'targets/unsigned'
  /** Older than what is trusted already. */
  | 'targets/rollback'
  /** Its time is over: nothing new is taken on its word. */
  | 'targets/expired'
  /** Not the bytes, or not the version, that the role above it names. */
  | 'targets/mismatch'
  /** Goes on beyond what is allowed or announced. */
  | 'targets/too-long'
  /** The repository lacks a file that it must have. */
  | 'targets/missing'
  /** No trusted metadata lists a target of this name. */
  | 'targets/unknown-target'
  /** Genuine, but its reader could not use it. */
  | 'targets/not-accepted';

export interface TargetsFault {
  readonly code: TargetsFaultCode;
  /** For technicians; never holds the bytes themselves. */
  readonly detail: string;
}

export type Verdict<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: TargetsFault };

export function trusted<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function refused(code: TargetsFaultCode, detail: string) {
  return { ok: false, fault: { code, detail } } as const;
}

export type TargetsErrorCode =
  | 'targets/storage'
  | 'targets/disk-full'
  | 'targets/source-failed'
  | 'targets/no-root'
  | 'targets/no-repository'
  | 'targets/repository-exists'
  | 'targets/repository-broken'
  | 'targets/key-exists'
  | 'targets/key-missing'
  | 'targets/bad-key'
  | 'targets/bad-request';

export class TargetsError extends Error {
  readonly code: TargetsErrorCode;
  readonly hint: string;

  constructor(code: TargetsErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TargetsError';
    this.code = code;
    this.hint = hint;
  }
}
