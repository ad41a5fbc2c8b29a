import { expect, test } from 'vitest';
import { faulty, parsed } from '../../src/core/parsed.ts';
import { hexOf, utf8 } from './byte-forms.ts';
import { decodes, parses, reads } from './laws.ts';

const input = utf8('a template and 4 words');
const textOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

test('takes a parser at its word that reads alike twice and faults with a known reason', () => {
  const run = parses((bytes) => faulty('malformed-token', `no template at byte ${bytes.length}`));

  expect(() => run(input)).not.toThrow();
  expect(() => run(utf8('template template'))).not.toThrow();
});

test.each([
  ['as text', (bytes: Uint8Array) => `cannot read ${textOf(bytes)}`],
  ['in hexadecimal', (bytes: Uint8Array) => `cannot read ${hexOf(bytes)}`],
  ['in part', (bytes: Uint8Array) => `cannot read ${textOf(bytes.subarray(2, 11))}…`],
])('sees a detail that repeats the input %s', (_how, detailOf) => {
  const run = parses((bytes) => faulty('malformed-token', detailOf(bytes)));

  expect(() => run(input)).toThrow('repeats the input');
});

test('sees a reader that remembers the input before', () => {
  let calls = 0;
  const run = reads(() => {
    calls += 1;
    return calls;
  });

  expect(() => run(input)).toThrow('reads the same differently');
});

test('sees a result that is larger than its input allows', () => {
  const run = parses((bytes) => parsed(new Uint8Array(1_000 * bytes.length)));

  expect(() => run(input)).toThrow('more than the input can hold');
});

test('sees two spellings of one value', () => {
  const run = decodes(
    (bytes) => textOf(bytes).toUpperCase(),
    (value) => utf8(value),
  );

  expect(() => run(utf8('TEMPLATE'))).not.toThrow();
  expect(() => run(input)).toThrow('encodes to other bytes');
});
