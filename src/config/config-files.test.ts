import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { readDeviceConfig } from './device-config.ts';

const folder = fileURLToPath(new URL('../../fixtures/config', import.meta.url));
const invalid = readdirSync(join(folder, 'invalid')).filter((name) => name.endsWith('.json'));

function complaint(path: string): ConfigError {
  try {
    readDeviceConfig(path);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`${path} has no problem`);
}

test('has invalid files to look at', () => {
  expect(invalid.filter((name) => name.startsWith('device-')).length).toBeGreaterThan(5);
});

test.each(invalid)('says of %s exactly what is wrong, where, and what to do', (name) => {
  const path = join(folder, 'invalid', name);
  const expected = readFileSync(path.replace(/\.json$/, '.expected.txt'), 'utf8');

  const error = complaint(path);

  expect(`${error.message}\n`.replaceAll(join(folder, 'invalid/'), '')).toBe(expected);
  expect(error).toMatchObject({ name: 'ConfigError', code: 'config/invalid' });
});

test('gives each problem with its path, for programs', () => {
  const { problems, hint } = complaint(join(folder, 'invalid/device-slips.json'));

  expect(problems[0]).toEqual({
    path: 'readers[0].baudrate',
    message: 'unknown key',
    hint: 'did you mean "baudRate"?',
  });
  expect(hint).toContain('docs/configuration.md');
});

test.each([
  ['a file that is not there', join(folder, 'nowhere.json'), 'ENOENT: no such file or directory'],
  ['a folder', folder, 'EISDIR: illegal operation on a directory'],
])('says of %s that it cannot be read', (_, path, message) => {
  const { problems } = complaint(path);

  expect(problems).toEqual([
    {
      path: '',
      message: expect.stringContaining(message),
      hint: 'check the path and its permissions',
    },
  ]);
});
