import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBundle, encodeBundle } from './bundle-files.ts';

/** File names with some that JavaScript objects have a meaning for. */
const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'stops.txt'));

const files = fc
  .array(fc.tuple(names, fc.string({ unit: 'grapheme' })), { maxLength: 8 })
  .map((entries) => new Map(entries.map(([name, text]) => [name, new TextEncoder().encode(text)])));

test('gives back every file that went into it', () => {
  fc.assert(
    fc.property(files, (bundle) => {
      const decoded = decodeBundle(encodeBundle(bundle), 'some.rules');

      expect(new Map([...decoded].toSorted())).toEqual(new Map([...bundle].toSorted()));
    }),
  );
});

test('is the same bytes in whatever order the files come', () => {
  fc.assert(
    fc.property(files, (bundle) => {
      const turned = new Map([...bundle].toReversed());

      expect(encodeBundle(turned)).toEqual(encodeBundle(bundle));
    }),
  );
});

test('begins with its format, so that anybody sees what it is', () => {
  const text = new TextDecoder().decode(encodeBundle(new Map()));

  expect(text).toBe('{"format":"halte-rules/1","files":{}}');
});
