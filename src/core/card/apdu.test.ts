import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { parseResponse, readBinaryApdu, selectApdu } from './apdu.ts';

test('selects an application by name, asking for whatever it answers', () => {
  expect(hex(selectApdu(bytesOf('a0000006022020')))).toBe('00a4040007a000000602202000');
});

test.each([
  [0, 240, '00b00000f0'],
  [240, 16, '00b000f010'],
  [0x1234, 1, '00b0123401'],
  [0x7fff, 255, '00b07fffff'],
])('reads from byte %i on, %i bytes', (offset, length, command) => {
  expect(hex(readBinaryApdu(offset, length))).toBe(command);
});

test.each([
  ['9000', '', 0x9000],
  ['6a82', '', 0x6a82],
  ['01029000', '0102', 0x9000],
  ['90006100', '9000', 0x6100],
])('splits response %s into data and status word', (response, data, status) => {
  expect(parseResponse(bytesOf(response))).toEqual({ data: bytesOf(data), status });
});

test.each(['', '90'])('takes "%s" for no response', (response) => {
  expect(parseResponse(bytesOf(response))).toBeUndefined();
});
