/** Everything that can go wrong with security lists, with what to do about it. */
import { asStoreError, StoreError, type StoreErrorCode } from './store-error.ts';

type OfTheDatabase = StoreErrorCode extends `ledger/${infer What}` ? What : never;

export type ListErrorCode =
  | `lists/${OfTheDatabase}`
  | 'lists/damaged'
  | 'lists/older'
  | 'lists/other-list'
  | 'lists/other-key'
  | 'lists/other-content'
  | 'lists/base-missing'
  | 'lists/stopped'
  | 'lists/too-large';

export class ListError extends Error {
  readonly code: ListErrorCode;
  readonly hint: string;

  constructor(code: ListErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ListError';
    this.code = code;
    this.hint = hint;
  }
}

/** Where what helps a ledger does not help a list: that one can be had again. */
const hints: Partial<Record<StoreErrorCode, string>> = {
  'ledger/in-use': 'another program is changing the list; try again when it is done',
  'ledger/disk-full': 'free space on the data partition; the list that was in force still is',
  'ledger/io': 'the storage failed; install the full file again, replace the medium if it recurs',
  'ledger/corrupt': 'remove the folder of this list and install the full file again',
  'ledger/newer-schema': 'run the newer Halte that wrote it, or install the full file again',
};

/** Names what SQLite or the system reported; anything else passes as it is. */
export function asListError(error: unknown, path: string): unknown {
  if (error instanceof ListError) return error;
  const named = asStoreError(error, path);
  if (!(named instanceof StoreError)) return named;
  const code = named.code.replace('ledger/', 'lists/') as ListErrorCode;
  return new ListError(code, named.message, hints[named.code] ?? named.hint, error);
}
