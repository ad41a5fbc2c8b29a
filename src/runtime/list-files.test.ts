import { expect, test } from 'vitest';
import { listFilesOf, nextListFile } from './list-files.ts';

const targetsOf = (...names: readonly string[]) =>
  names.map((name) => ({ name, length: 1, sha256: name, custom: {} }));

const listed = targetsOf(
  ...['rules.bin', 'a-8.hlist', 'a-8.hlist.delta', 'a-7.hlist.delta', 'a-7.hlist', 'b-9.hlist'],
);

test.each([
  ['nothing', undefined, 'a-8.hlist'],
  ['an old version', 3, 'a-7.hlist.delta'],
  ['the one before', 7, 'a-8.hlist.delta'],
  ['the newest', 8, undefined],
  ['a newer one', 9, undefined],
])('takes what leads on from %s', (_what, installed, name) => {
  expect(nextListFile(listFilesOf(listed, 'a'), installed)?.name).toBe(name);
});

test('takes the full file where no delta leads on', () => {
  const files = listFilesOf(targetsOf('a-7.hlist', 'a-9.hlist'), 'a');

  expect(nextListFile(files, 7)?.name).toBe('a-9.hlist');
});

test.each(['a.hlist', 'a-x.hlist', 'a-7.hlist.old', 'xa-7.hlist', 'a-12345678901.hlist'])(
  'leaves %s alone',
  (name) => {
    expect(listFilesOf(targetsOf(name), 'a')).toEqual([]);
  },
);
