import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aQrisCode, aTicket, keyed, parsedValue } from '../../../sim/testing/builders.ts';
import { concat, utf8 } from '../bytes.ts';
import { faulty } from '../parsed.ts';
import { reasons } from '../reason.ts';
import { halteTicketText } from '../ticket/issue.ts';
import { parseQrToken } from './parse-token.ts';

test.each([
  ['halte-ticket', utf8(halteTicketText(aTicket()))],
  ['qris-cpm', aQrisCode()],
])('reads a %s', (format, bytes) => {
  expect(parsedValue(parseQrToken(bytes, keyed)).format).toBe(format);
});

test.each([
  ['nothing', ''],
  ['a ticket in small letters', 'halte1:BB8'],
  ['the beginning of a ticket alone', 'HALTE1'],
  ['a space before the ticket', ' HALTE1:BB8'],
  ['the beginning of a payment code alone', 'hQVDUFYw'],
])('does not know the format of %s', (_, text) => {
  const { ok, fault } = faulty('unknown-format', `${text.length} bytes of no known format`);
  const sample = keyed('sample', utf8(text).subarray(0, 16));

  expect(parseQrToken(utf8(text), keyed)).toEqual({ ok, fault: { ...fault, sample } });
});

const beginnings = fc.constantFrom(utf8(''), utf8('HALTE1:'), utf8('hQVDUFYwMW'));

test('gives a token or a fault that helps the rider for any bytes, and never throws', () => {
  fc.assert(
    fc.property(beginnings, fc.uint8Array({ maxLength: 1_024 }), (beginning, rest) => {
      const result = parseQrToken(concat(beginning, rest), keyed);

      expect(result.ok || reasons[result.fault.reason].code < 300).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('gives a token or a fault for every ticket and payment code with one byte changed', () => {
  const codes = fc.constantFrom(utf8(halteTicketText(aTicket())), aQrisCode());

  fc.assert(
    fc.property(codes, fc.nat(), fc.integer({ min: 1, max: 255 }), (code, place, change) => {
      const bytes = code.map((byte, at) => (at === place % code.length ? byte ^ change : byte));

      expect(typeof parseQrToken(bytes, keyed).ok).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});
