import { expect, test } from 'vitest';
import { absenceMs, isSamePresentation, type Presentation } from './presentation.ts';

const current: Presentation = { seen: 'code', lastSeenAt: 5_000 };

test.each([
  ['at the same moment', 5_000, true],
  ['a moment before an absence', 5_000 + absenceMs - 1, true],
  ['a fraction before an absence', 5_000 + absenceMs - 0.001, true],
  ['at the very moment of an absence', 5_000 + absenceMs, false],
  ['long after', 500_000, false],
])('the same code %s: same presentation %s', (_, at, expected) => {
  expect(isSamePresentation(current, 'code', at)).toBe(expected);
});

test('another code begins a presentation at once', () => {
  expect(isSamePresentation(current, 'other', 5_001)).toBe(false);
  expect(isSamePresentation(current, '', 5_001)).toBe(false);
});

test('the first code of all begins a presentation', () => {
  expect(isSamePresentation(undefined, 'code', 5_000)).toBe(false);
});
