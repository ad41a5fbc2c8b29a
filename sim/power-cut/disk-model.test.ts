import { expect, test } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { createSimRandom } from '../sim-chance.ts';
import { createDiskModel, sectorBytes } from './disk-model.ts';
import type { FileOperation } from './io-log.ts';

const path = '/disk/file';
const created: readonly FileOperation[] = [
  { kind: 'created', path },
  { kind: 'folder-synced', path: '/disk' },
];
const written = (text: string, offset = 0): FileOperation => ({
  ...{ kind: 'written', path, offset, data: utf8(text) },
});
const synced: FileOperation = { kind: 'synced', path };

/** What the file may hold after a cut, in a few hundred tries; undefined: it is not there. */
function outcomes(operations: readonly FileOperation[], tries = 300): Set<string | undefined> {
  const disk = createDiskModel();
  for (const operation of operations) disk.apply(operation);
  const random = createSimRandom(5);
  const contents = Array.from({ length: tries }, () => disk.cut(random).get(path));
  return new Set(contents.map((bytes) => bytes && Buffer.from(bytes).toString('latin1')));
}

test('keeps what was synced, whatever happens', () => {
  expect(outcomes([...created, written('halte'), synced])).toEqual(new Set(['halte']));
});

test('keeps or loses what was not', () => {
  const before = [...created, written('old'), synced];

  expect(outcomes([...before, written('new')])).toEqual(new Set(['old', 'new']));
});

test('lets a later write through without an earlier one', () => {
  const found = outcomes([...created, written('a'), written('b', 1)]);

  expect(found).toEqual(new Set(['', 'a', '\0b', 'ab']));
});

test('tears a write at sectors of the disk', () => {
  const found = outcomes([...created, written('x'.repeat(3 * sectorBytes))], 2_000);
  const piece = (sector: 0 | 1) => (sector === 1 ? 'x' : '\0').repeat(sectorBytes);

  expect(found).toContain(piece(0) + piece(1));
  expect(found).toContain(piece(1) + piece(0) + piece(1));
  expect([...found].every((text) => (text?.length ?? 0) % sectorBytes === 0)).toBe(true);
});

test('loses a cut to a size, or the name of a file, until that was synced', () => {
  const cut: FileOperation = { kind: 'cut', path, size: 1 };

  expect(outcomes([...created, written('ab'), synced, cut])).toEqual(new Set(['ab', 'a']));
  expect(outcomes([{ kind: 'created', path }, written('a'), synced])).toEqual(
    new Set([undefined, 'a']),
  );
});

test('lets a removed file come back until its folder was synced', () => {
  const removed: FileOperation = { kind: 'unlinked', path };
  const before = [...created, written('a'), synced, removed];

  expect(outcomes(before)).toEqual(new Set([undefined, 'a']));
  expect(outcomes([...before, { kind: 'folder-synced', path: '/disk' }])).toEqual(
    new Set([undefined]),
  );
});
