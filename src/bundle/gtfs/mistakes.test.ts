import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFeed, type FeedChange } from '../../../sim/testing/gtfs-feeds.ts';
import { placeOf } from '../problem.ts';
import { examine } from '../read-rules.ts';

const table = join(import.meta.dirname, '../../../fixtures/gtfs-invalid/mistakes.txt');

const mistakes = readFileSync(table, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' | ') as [string, string, string, string]);

/** `stops.txt:3` and the text of that line, as the head of the table tells. */
function changeOf(place: string, text: string): FeedChange {
  const [file = '', line = '0'] = place.split(':');
  const becomes = text
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\u200b', '\u200b');
  return { file, line: Number(line), becomes: text === '(removed)' ? undefined : becomes };
}

test('finds nothing wrong with the feed in which the mistakes are made', () => {
  expect(examine(aFeed()).problems).toEqual([]);
});

test('has a mistake of each kind', () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(110);
  expect(new Set(mistakes.map(([what]) => what)).size).toBe(mistakes.length);
});

test.each(mistakes)('tells %s: all of it, and where it is', (_, place, text, told) => {
  const { problems } = examine(aFeed(changeOf(place, text)));

  expect(problems.map((problem) => `${placeOf(problem)} ${problem.code}`).join('; ')).toBe(told);
  expect(problems.every(({ message, hint }) => message !== '' && hint !== '')).toBe(true);
});
