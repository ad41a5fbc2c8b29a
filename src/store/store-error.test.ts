import { expect, test } from 'vitest';
import { asStoreError, namingErrorsOf, StoreError } from './store-error.ts';

const sqliteError = (code: string) => Object.assign(new Error(`${code} happened`), { code });

test.each([
  ['SQLITE_BUSY', 'ledger/in-use'],
  ['SQLITE_BUSY_RECOVERY', 'ledger/in-use'],
  ['SQLITE_READONLY_DIRECTORY', 'ledger/read-only'],
  ['SQLITE_FULL', 'ledger/disk-full'],
  ['SQLITE_IOERR_FSYNC', 'ledger/io'],
  ['SQLITE_CORRUPT_INDEX', 'ledger/corrupt'],
  ['SQLITE_NOTADB', 'ledger/corrupt'],
  ['SQLITE_CANTOPEN', 'ledger/cannot-open'],
  ['EROFS', 'ledger/read-only'],
  ['ENOENT', 'ledger/cannot-open'],
])('names %s as %s, with the file, a hint and the cause', (sqliteCode, code) => {
  const cause = sqliteError(sqliteCode);

  const error = asStoreError(cause, '/data/ledger.db');

  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({ code, cause, message: expect.stringContaining('/data/ledger.db') });
  expect((error as StoreError).hint).not.toBe('');
});

test.each([sqliteError('SQLITE_CONSTRAINT_PRIMARYKEY'), new TypeError('our own bug'), undefined])(
  'leaves %s as it is',
  (error) => {
    expect(asStoreError(error, 'ledger.db')).toBe(error);
  },
);

test('passes arguments and results through a function whose errors it names', () => {
  const named = namingErrorsOf('ledger.db');

  expect(named((left: number, right: number) => left + right)(2, 3)).toBe(5);
  expect(() =>
    named(() => {
      throw sqliteError('SQLITE_FULL');
    })(),
  ).toThrow(expect.objectContaining({ code: 'ledger/disk-full' }));
});
