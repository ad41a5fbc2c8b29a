import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';
import { createBallast } from './ballast.ts';

const bytes = 96 * 1024;
const aBallast = (folder: string) =>
  createBallast({ entropy: createSimEntropy(1) }, { path: join(folder, 'ledger.db'), bytes });
const fileOf = (folder: string) => join(folder, 'ledger.db.ballast');

function aTinyDisk(size: number) {
  const disk = createTinyDisk(size);
  onTestFinished(() => disk.close());
  return disk.folder;
}

test('holds real bytes, which nobody else may read', () => {
  const folder = aFolder();

  expect(aBallast(folder).make()).toBe(true);

  const { size, blocks, mode } = statSync(fileOf(folder));
  expect({ size, mode: mode & 0o777 }).toEqual({ size: bytes, mode: 0o600 });
  expect(blocks * 512).toBeGreaterThanOrEqual(bytes);
  const content = readFileSync(fileOf(folder));
  expect(content.subarray(0, 4_096).equals(content.subarray(65_536, 69_632))).toBe(false);
});

test('is found again by the next start, and not written anew', () => {
  const folder = aFolder();
  aBallast(folder).make();
  const { ino } = statSync(fileOf(folder));

  const again = aBallast(folder);

  expect(again.isHeld).toBe(true);
  expect(again.make()).toBe(true);
  expect(statSync(fileOf(folder)).ino).toBe(ino);
});

test.each([
  ['a part of it', (path: string) => writeFileSync(path, 'x')],
  ['a file of holes', (path: string) => truncateSync(path, 0)],
])('is made anew where there is %s', (_, spoil) => {
  const folder = aFolder();
  aBallast(folder).make();
  spoil(fileOf(folder));
  truncateSync(fileOf(folder), bytes);

  const again = aBallast(folder);

  expect(again.isHeld).toBe(false);
  expect(again.make()).toBe(true);
  expect(statSync(fileOf(folder)).blocks * 512).toBeGreaterThanOrEqual(bytes);
});

test.skipIf(!canMakeTinyDisk())(
  'takes no more than half of what is free, and gives all of it back (skipped without tmpfs)',
  () => {
    const folder = aTinyDisk(2 * bytes + 8_192);
    const ballast = aBallast(folder);
    const free = ballast.freeBytes();

    expect(ballast.make()).toBe(true);
    const held = ballast.freeBytes();
    ballast.giveUp();

    expect([free - held, ballast.freeBytes()]).toEqual([bytes, free]);
    writeFileSync(join(folder, 'other'), new Uint8Array(16 * 1024));
    expect(ballast.make()).toBe(false);
    expect(existsSync(fileOf(folder))).toBe(false);
  },
);

test('tells by name where it cannot look', () => {
  const ballast = aBallast(join(aFolder(), 'nowhere'));

  expect(() => ballast.freeBytes()).toThrow(
    expect.objectContaining({ code: 'ledger/cannot-open' }),
  );
});
