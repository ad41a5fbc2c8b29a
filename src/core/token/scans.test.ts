import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aTicket, bytesOf, keyed, someSituation } from '../../../sim/testing/builders.ts';
import { hex, latin1 } from '../bytes.ts';
import { decideTap } from '../decide.ts';
import { withoutFare } from '../decision.ts';
import type { ParseFault } from '../parsed.ts';
import { halteTicketText } from '../ticket/issue.ts';
import { parseQrToken } from './parse-token.ts';
import type { Token } from './token.ts';

/** Captures of what a scanner gave; fixtures/README.md tells where each comes from. */
const folder = fileURLToPath(new URL('../../../fixtures/scans/', import.meta.url));
const captures = readdirSync(folder).filter((name) => name.endsWith('.hex'));

function read(name: string): string {
  return readFileSync(folder + name, 'utf8');
}

function capture(name: string): Uint8Array {
  return bytesOf(read(name).replaceAll('\n', ''));
}

/** What is known of a token, as it stands in the expectation: bytes in hexadecimal, no signature. */
function told(token: Token) {
  const known = { ...token, proof: token.proof.kind };
  return JSON.parse(
    JSON.stringify(known, (_, value) => (value instanceof Uint8Array ? hex(value) : value)),
  );
}

/** Without the sample, which depends on a key and says nothing to a reader. */
function toldFault({ reason, detail }: ParseFault) {
  return { reason, detail };
}

test('has captures to look at, an expectation for each and none without a capture', () => {
  const expectations = readdirSync(folder).filter((name) => name.endsWith('.expected.json'));

  expect(captures.length).toBeGreaterThan(20);
  expect(expectations.map((name) => name.replace('.expected.json', '.hex'))).toEqual(captures);
});

test.each(captures)('parses and judges %s as expected', (name) => {
  const parsed = parseQrToken(capture(name), keyed);
  const decision = parsed.ok
    ? decideTap(parsed.value, someSituation())
    : withoutFare(parsed.fault.reason);

  expect({
    ...(parsed.ok ? { token: told(parsed.value) } : { fault: toldFault(parsed.fault) }),
    decision: { outcome: decision.outcome, reason: decision.reason },
  }).toEqual(JSON.parse(read(name.replace('.hex', '.expected.json'))));
});

test('issues the captured ticket again, byte for byte', () => {
  const ticket = aTicket({ ticketId: bytesOf('f1f2f3f4f5f6f7f1') });

  expect(latin1(capture('ticket-pass.hex'))).toBe(halteTicketText(ticket));
});
