import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bytesOf } from '../../sim/testing/builders.ts';
import { hex } from '../core/bytes.ts';
import { ConfigError } from './config-error.ts';
import { createFileKeyStore } from './key-file.ts';

/** Master key, input and result of NXP AN10922 §2.2.1: a test key. */
const transit2 = { name: 'transit-2', version: 1, key: '00112233445566778899aabbccddeeff' };
const card = bytesOf('04782e21801d803042f54e585020416275');

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'halte-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'keys.json');
  writeFileSync(file, text);
  return file;
}

function storeOf(...keys: readonly unknown[]) {
  return createFileKeyStore(fileOf(JSON.stringify({ warning: 'test keys', keys })));
}

function problemsOf(content: string) {
  try {
    createFileKeyStore(fileOf(content));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('it has no problem');
}

test('diversifies as the example of AN10922 §2.2.1 does', async () => {
  const key = await storeOf(transit2).cardKey('transit-2', 1, card);

  expect(hex(key ?? new Uint8Array())).toBe('a8dd63a3b89d54b37ca802473fda9175');
});

test('diversifies a short input as the example on pages 13 and 14 of NXP AN10957 does', async () => {
  const store = storeOf({ ...transit2, key: 'f3f9377698707b688eaf84abe39e3791' });

  const key = await store.cardKey('transit-2', 1, bytesOf('04deadbeeffeed'));

  expect(hex(key ?? new Uint8Array())).toBe('0bb408baff98b6ee9f2e1585777f6a51');
});

test('keeps the versions of a key apart', async () => {
  const store = storeOf(transit2, { ...transit2, version: 2, key: 'ff'.repeat(16) });

  const keys = [
    await store.cardKey('transit-2', 1, card),
    await store.cardKey('transit-2', 2, card),
  ];

  expect(keys[0]).toHaveLength(16);
  expect(keys[1]).toHaveLength(16);
  expect(keys[0]).not.toEqual(keys[1]);
});

test.each([
  ['name', 'transit-3', 1],
  ['version', 'transit-2', 2],
])('has no key of another %s', async (_, name, version) => {
  expect(await storeOf(transit2).cardKey(name, version, card)).toBe(undefined);
});

test('refuses an input that no card gives', async () => {
  await expect(storeOf(transit2).cardKey('transit-2', 1, new Uint8Array(32))).rejects.toThrow(
    RangeError,
  );
});

test.each([
  ['a short key', { key: '0011' }, 'keys[0].key', '16 bytes in lower-case hexadecimal'],
  ['a key in upper case', { key: 'AB'.repeat(16) }, 'keys[0].key', '16 bytes in lower-case'],
  ['a label for a name', { name: 'transit-2/1' }, 'keys[0].name', 'a name such as transit-2'],
  ['an empty name', { name: '' }, 'keys[0].name', 'a name such as transit-2'],
  ['a version over a byte', { version: 256 }, 'keys[0].version', '255'],
  ['no version', { version: undefined }, 'keys[0].version', 'missing'],
])('names the place of %s', (_, change, path, message) => {
  expect(problemsOf(JSON.stringify({ keys: [{ ...transit2, ...change }] }))).toEqual([
    { path, message: expect.stringContaining(message), hint: expect.any(String) },
  ]);
});

test('suggests the key that was meant', () => {
  expect(problemsOf(JSON.stringify({ keyz: [], keys: [transit2] }))).toEqual([
    { path: 'keyz', message: 'unknown key', hint: 'did you mean "keys"?' },
  ]);
});

test.each([
  ['two keys of one name and version', [transit2, transit2], 'two keys have one name and version'],
  ['no keys', [], 'the list is empty'],
])('refuses a file with %s', (_, keys, message) => {
  expect(problemsOf(JSON.stringify({ keys }))).toEqual([
    { path: 'keys', message: expect.stringContaining(message), hint: 'correct the value' },
  ]);
});

test('never shows a key that it refuses', () => {
  const [problem] = problemsOf(
    JSON.stringify({ keys: [{ ...transit2, key: `${transit2.key}00` }] }),
  );

  expect(JSON.stringify(problem)).not.toContain('00112233');
});
