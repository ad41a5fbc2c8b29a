import { expect, test } from 'vitest';
import { splitAimIdentifier } from './aim-identifier.ts';

const split = (text: string) => {
  const { symbology, bytes } = splitAimIdentifier(Buffer.from(text, 'latin1'));
  return [symbology, Buffer.from(bytes).toString('latin1')];
};

test.each([
  [']Q1HELLO', ']Q1', 'HELLO'],
  [']d2HELLO', ']d2', 'HELLO'],
  [']C0]Q1', ']C0', ']Q1'],
  [']Q1', ']Q1', ''],
])('takes the identifier off %j', (text, symbology, rest) => {
  expect(split(text)).toEqual([symbology, rest]);
});

test.each(['HELLO', ' ]Q1HELLO', ']Q', ']11HELLO', ']Q-HELLO', ''])(
  'leaves %j as it is',
  (text) => {
    expect(split(text)).toEqual([undefined, text]);
  },
);
