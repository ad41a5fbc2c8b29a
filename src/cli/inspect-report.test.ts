import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPretixOffice } from '../../sim/pretix-office.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { keyed } from '../../sim/testing/builders.ts';
import { concat, hex, utf8 } from '../core/bytes.ts';
import { selectApdu } from '../core/card/apdu.ts';
import { ticketPhoneAid } from '../core/card/ticket-phone.ts';
import { readInspectInput } from './inspect-input.ts';
import { linesOf } from './inspect-print.ts';
import { reportOn } from './inspect-report.ts';

/** Whatever it is told, down to the last line. */
function told(given: Uint8Array, as: 'text' | 'trace', reveal: boolean): string {
  const options = { keyed, hasIdentifierKey: true, situation: undefined, reveal };
  const report = reportOn(readInspectInput(given, as), options);
  const print = { inColour: true, columns: 60, now: 0, situation: undefined };
  return linesOf(report, print).join('\n');
}

test('has something to tell of any code at all', () => {
  const beginning = fc.constantFrom('', 'HALTE1:', 'HALTE1:6BF', 'hQVDUFYwMWE', '000201', 'AQ==');

  fc.assert(
    fc.property(
      beginning,
      fc.uint8Array({ maxLength: 300 }),
      fc.boolean(),
      (begin, rest, reveal) => {
        expect(told(concat(utf8(begin), rest), 'text', reveal)).toMatch(/Verdict|Facts/);
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  ['the last second that a ticket can name', { item: 1, until: 8.64e15 - 1_000 }, '+275760-09-12'],
  ['a beginning only', { item: 1, from: 1_000 }, 'valid until     no end'],
])('dates an admission ticket with %s', (_, order, text) => {
  const code = createPretixOffice(createSimEntropy(1)).issue(order);

  expect(told(utf8(code), 'text', false)).toContain(text);
});

test('has something to tell of any talk with a card', () => {
  const apdu = fc.uint8Array({ minLength: 1, maxLength: 261 });
  const select = hex(selectApdu(ticketPhoneAid));

  fc.assert(
    fc.property(fc.array(fc.tuple(apdu, apdu), { maxLength: 5 }), (pairs) => {
      const lines = pairs.flatMap(([asked, said]) => [`> ${hex(asked)}`, `< ${hex(said)}`]);
      const trace = [`> ${select}`, '< 0100109000', ...lines].join('\n');

      expect(told(utf8(trace), 'trace', false)).toContain('SELECT Halte ticket');
    }),
    { numRuns: 50 },
  );
});
