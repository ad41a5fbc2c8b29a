import { expect, test } from 'vitest';
import { aQrisCode, aTicket, bytesOf } from '../../sim/testing/builders.ts';
import { hex, latin1, utf8 } from '../core/bytes.ts';
import { decodeBase64 } from '../core/encoding/base64.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { type InputKind, readInspectInput } from './inspect-input.ts';

const ticketText = halteTicketText(aTicket());
const qrisText = latin1(aQrisCode());

function codeIn(text: string, as?: InputKind): string {
  const input = readInspectInput(utf8(text), as);
  return input.kind === 'trace' ? 'trace' : `${input.kind} ${latin1(input.code)}`;
}

test.each([
  ['the text of a ticket', ticketText, `text ${ticketText}`],
  ['the text of a payment code', qrisText, `text ${qrisText}`],
  ['a web address', 'https://halte.example', 'text https://halte.example'],
  ['nothing', '', 'text '],
  ['one digit', '7', 'text 7'],
  ['a page', '<html>', 'text <html>'],
  ['a code in hexadecimal', hex(utf8(ticketText)), `hex ${ticketText}`],
  ['capitals and spaces', '48 41\n4C', 'hex HAL'],
  ['a bare ticket', hex(aTicket()), `hex ${ticketText}`],
  ['a payment code without base64', hex(decoded(qrisText)), `hex ${qrisText}`],
  ['commands of a card', '> 00a4\n< 9000', 'trace'],
  ['commands after a comment and a blank line', '# of today\n\n> 00a4040000\n< 9000', 'trace'],
  ['commands after a comment of programmers', ' // of today\r\n> 00a4\r\n; ok\r\n< 9000', 'trace'],
  ['a comment alone', '# of today', 'text # of today'],
  ['an answer alone, to be told what is missing', '>00', 'trace'],
])('takes %s for what it is', (_, text, read) => {
  expect(codeIn(text)).toBe(read);
});

function decoded(base64: string): Uint8Array {
  return decodeBase64(base64) ?? new Uint8Array();
}

test('takes it for what it is told', () => {
  expect(codeIn('4841', 'text')).toBe('text 4841');
  expect(codeIn('48 41', 'hex')).toBe('hex HA');
  expect(codeIn('> 00', 'trace')).toBe('trace');
});

test('explains a ticket that is cut off as a ticket', () => {
  expect(codeIn(hex(aTicket().subarray(0, 40)))).toMatch(/^hex HALTE1:/);
});

test.each<[InputKind, string, string, string]>([
  ['hex', '484', 'inspect/bad-hex', 'whole bytes'],
  ['hex', '', 'inspect/bad-hex', 'whole bytes'],
  ['trace', 'HALTE1:', 'inspect/bad-trace', 'line 1 begins with neither'],
  ['trace', '> 00\n< 9', 'inspect/bad-trace', 'line 2'],
  ['trace', '# one\n\n> 00\n// two\n< 9', 'inspect/bad-trace', 'line 5'],
])('says what is wrong when %s is forced upon %j', (as, text, code, message) => {
  expect(() => readInspectInput(utf8(text), as)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test('names the line of a mistake in what is plainly a trace', () => {
  expect(() => readInspectInput(utf8('# today\n> 00a4o4\n< 9000'))).toThrow(
    expect.objectContaining({
      code: 'inspect/bad-trace',
      message: expect.stringContaining('line 2'),
    }),
  );
});

test('counts the bytes that hexadecimal stands for', () => {
  expect(readInspectInput(utf8('00 01 02'))).toEqual({
    kind: 'hex',
    bytes: 3,
    code: bytesOf('000102'),
  });
});

test('looks at a long line of almost hexadecimal only once', () => {
  const text = `${'0'.repeat(100_000)}x`;

  expect(codeIn(text)).toBe(`text ${text}`);
});
