import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { hex } from '../core/bytes.ts';
import { readIdentifierKey, readSecretFile } from './secret-file.ts';

const digits = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

function aFile(text: string, mode: number): string {
  const file = join(aFolder(), 'identifier.key');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** Belongs to an ordinary user: whoever runs the tests, or, if that is root, another one. */
function aUsersFile(text: string, mode: number): string {
  const file = aFile(text, mode);
  if (statSync(file).uid === 0) chownSync(file, 1_000, 1_000);
  return file;
}

function refusal(problem: { readonly message: string; readonly hint: unknown }) {
  return expect.objectContaining({
    code: 'config/invalid',
    problems: [{ path: '', ...problem }],
  });
}

test.each([
  ['with a line end', `${digits}\n`],
  ['without', digits],
])('reads an identifier key %s', (_, text) => {
  expect(hex(readIdentifierKey(aUsersFile(text, 0o600)))).toBe(digits);
});

test.each([0o400, 0o600, 0o700])('reads a file that its owner alone may read: mode %o', (mode) => {
  expect(readSecretFile(aUsersFile('1234', mode))).toBe('1234');
});

test.each([0o644, 0o640, 0o604, 0o620, 0o602, 0o660, 0o777])(
  'refuses a file of mode %o and says how to close it',
  (mode) => {
    const file = aUsersFile('1234', mode);

    expect(() => readSecretFile(file)).toThrow(
      refusal({
        message: `it is open to others (mode ${mode.toString(8)})`,
        hint: `chmod 600 ${file}`,
      }),
    );
  },
);

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)("lets a group read root's file, as systemd passes credentials", () => {
  expect(readSecretFile(aFile('1234', 0o440))).toBe('1234');
});

test.runIf(isRoot).each([0o644, 0o660])("refuses root's file of mode %o", (mode) => {
  expect(() => readSecretFile(aFile('1234', mode))).toThrow('it is open to others');
});

test.each([
  ['nothing', ''],
  ['too few digits', digits.slice(2)],
  ['upper case', digits.toUpperCase()],
  ['two lines', `${digits}\n${digits}`],
])('refuses an identifier key file with %s, and tells nothing of what is in it', (_, text) => {
  const file = aUsersFile(text, 0o600);
  const problem = {
    message: 'not 64 lower-case hexadecimal digits',
    hint: expect.stringContaining('openssl rand -hex 32'),
  };

  expect(() => readIdentifierKey(file)).toThrow(refusal(problem));
  expect(() => readIdentifierKey(file)).not.toThrow(/0011|AABB/);
});

test('names the file that is not there', () => {
  expect(() => readSecretFile(join(aFolder(), 'token.pin'))).toThrow(/token\.pin has 1 problem/);
});
