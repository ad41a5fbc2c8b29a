import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Row, rowLines } from './inspect-rows.ts';

const plain = { inColour: false, columns: undefined };

test('fills cells to their width and leaves no spaces at the end', () => {
  expect(rowLines([{ text: 'rides', width: 8 }, { text: '1' }], plain)).toEqual(['rides   1']);
  expect(rowLines([{ text: 'rides', width: 8 }], plain)).toEqual(['rides']);
});

test('wraps the last cell beneath itself, between words where there are some', () => {
  const row: Row = [{ text: 'why', width: 5 }, { text: 'a word and then another' }];

  expect(rowLines(row, { inColour: false, columns: 21 })).toEqual([
    'why  a word and then',
    '     another',
  ]);
  expect(rowLines([{ text: 'f'.repeat(40) }], { inColour: false, columns: 20 })).toEqual([
    'f'.repeat(20),
    'f'.repeat(20),
  ]);
});

test('wraps a name beside the value that it belongs to', () => {
  const row: Row = [{ text: 'one name of two lines', width: 12 }, { text: 'value' }];

  expect(rowLines(row, plain)).toEqual(['one name of value', 'two lines']);
});

test('never gives way to a terminal of a few characters', () => {
  expect(
    rowLines([{ text: 'x', width: 10 }, { text: 'y'.repeat(16) }], {
      inColour: false,
      columns: 4,
    }),
  ).toEqual([`x         ${'y'.repeat(16)}`]);
});

test('paints only what has a colour, and only where colours are wanted', () => {
  const row: Row = [{ text: '✓', colour: 'green', width: 2 }, { text: 'ok' }];

  expect(rowLines(row, { ...plain, inColour: true })).toEqual(['\u001b[32m✓ \u001b[0mok']);
  expect(rowLines(row, plain)).toEqual(['✓ ok']);
});

test('lets no character of a code steer the terminal or break the line', () => {
  const steering = ['\u0000', '\n', '\u001b[2J', '\u009b', '\u00ad', '\u200f', '\u2028', '\u2066'];
  const text = `a${steering.join('a')}`;

  expect(rowLines([{ text, width: 40 }, { text }], { inColour: true, columns: undefined })).toEqual(
    [`${'a�'.repeat(2)}a�[2J${'a�'.repeat(5)}`].map((line) => `${line.padEnd(40)}${line}`),
  );
});

test('keeps every character when it wraps', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (text, columns) => {
      const lines = rowLines([{ text: `[${text}]` }], { inColour: false, columns });

      expect(lines.join('').replace(/\s/g, '')).toBe(`[${text}]`.replace(/\s/g, ''));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(
        Math.max(columns, 16),
      );
    }),
  );
});
