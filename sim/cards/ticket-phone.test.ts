import { expect, test } from 'vitest';
import { createTicketPhone } from './ticket-phone.ts';

const ticket = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 256));
const select = '00a4040007f048414c54450100';

/** Sends commands in hex to one phone and gives its responses in hex. */
function talk(...commands: string[]): string[] {
  const phone = createTicketPhone(ticket);
  return commands.map((hex) => Buffer.from(phone.respond(Buffer.from(hex, 'hex'))).toString('hex'));
}

test('answers SELECT of its application with version and length of the ticket', () => {
  expect(talk(select)).toEqual(['01012c9000']);
});

test('refuses every other application, and forgets the one that was selected', () => {
  expect(talk(select, '00a4040007a000000004101000', '00b0000000').slice(1)).toEqual([
    '6a82',
    '6985',
  ]);
});

test('reads nothing before its application is selected', () => {
  expect(talk('00b0000000')).toEqual(['6985']);
});

test('gives 256 bytes for Le 00, and the rest from where that ended', () => {
  const [, first, rest] = talk(select, '00b0000000', '00b0010000');

  expect(first).toBe(`${ticket.subarray(0, 256).toString('hex')}9000`);
  expect(rest).toBe(`${ticket.subarray(256).toString('hex')}9000`);
});

test('gives as many bytes as were asked for', () => {
  expect(talk(select, '00b0000503')[1]).toBe('0506079000');
});

test('refuses to read beyond the end of the ticket', () => {
  expect(talk(select, '00b0012b00', '00b0012c00').slice(1)).toEqual(['2b9000', '6b00']);
});

test('refuses a READ BINARY without Le and an unknown instruction', () => {
  expect(talk(select, '00b00000', '0084000008').slice(1)).toEqual(['6700', '6d00']);
});
