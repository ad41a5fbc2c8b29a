import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeAt } from '../text-place.ts';
import { csvRecords, recordBytesMax } from './csv-records.ts';

function problemOf(text: string) {
  const records = csvRecords('areas.txt', new TextEncoder().encode(text));
  return 'code' in records ? records : undefined;
}

test('whatever stops a file from being CSV is found, at a quote', () => {
  const pieces = fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'a', 'b ');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const text = `a,b\n${parts.join('')}`;
      const problem = problemOf(text);
      if (problem === undefined) return;
      const quotes = [...text.matchAll(/"/g)].map(({ index }) => placeAt(text, index));
      const { line = 0, character = 0 } = problem;

      expect(
        quotes.some((quote) => quote.line === line && character - quote.character in [0, 1]),
      ).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['ASCII', 'x', 1],
  ['two bytes a letter', 'é', 2],
  ['three bytes a letter', '公', 3],
])('a quote that a long file never closes is told where it opened, in %s', (_, letter, bytes) => {
  const rows = `p,${letter.repeat(20)}\n`.repeat(recordBytesMax / 10 / bytes);

  expect(problemOf(`a,b\nx,y\nx,"y\n${rows}`)).toMatchObject({ line: 3, character: 3 });
});

test.each([
  ['ASCII', 'x', recordBytesMax + 9],
  ['three bytes a letter', '公', recordBytesMax / 2],
])('a line without an end is told where it begins, in %s', (_, letter, length) => {
  const problem = problemOf(`a,b\nx,y\n${letter.repeat(length)}\nx,y`);

  expect(problem).toMatchObject({ line: 3, character: 1, message: 'a line that does not end' });
});
