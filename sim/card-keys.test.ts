import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFileKeyStore } from '../src/config/key-file.ts';
import { writeTestKeys } from './card-keys.ts';
import { createSimEntropy } from './sim-chance.ts';

function aFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halte-test-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'keys.json');
}

test('writes keys that a key store reads, all of them different', async () => {
  const file = aFile();
  writeTestKeys(file, createSimEntropy(1));
  const store = createFileKeyStore(file);

  const keys = await Promise.all(
    ['transit-0', 'transit-1', 'transit-2', 'transit-3', 'transit-4', 'transit-mac'].map((name) =>
      store.cardKey(name, 1, Uint8Array.of(4)),
    ),
  );

  expect(keys.every((key) => key?.length === 16)).toBe(true);
  expect(new Set(keys.map(String)).size).toBe(6);
});

test('writes a file that warns, and that only its owner reads', () => {
  const file = aFile();
  writeTestKeys(file, createSimEntropy(1));

  expect(readFileSync(file, 'utf8')).toContain('never write them to cards');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('never overwrites keys, which would orphan the cards that have them', () => {
  const file = aFile();
  writeTestKeys(file, createSimEntropy(1));

  expect(() => writeTestKeys(file, createSimEntropy(2))).toThrow('EEXIST');
});
