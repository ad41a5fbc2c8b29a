import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { Secret } from './secret.ts';

const secret = new Secret(utf8('hQVDUFYwMQ=='));

test('gives its bytes to whoever asks for them by name', () => {
  expect(secret.reveal()).toEqual(utf8('hQVDUFYwMQ=='));
});

test.each([
  ['as text', `${secret}`],
  ['as JSON', JSON.stringify({ secret })],
  ['inspected', inspect({ secret }, { depth: 9, showHidden: true })],
  ['spread', JSON.stringify({ ...secret })],
])('does not show them %s', (_, text) => {
  expect(text).not.toContain('hQVD');
  expect(text).not.toContain('104');
});
