import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aQrisCode, aTicket, someNow } from '../../sim/testing/builders.ts';
import { ConfigError } from '../config/config-error.ts';
import { concat, latin1, utf8 } from '../core/bytes.ts';
import { halteTicketText } from '../core/token/halte-ticket.ts';
import type { CliIo } from './cli-io.ts';
import { type InspectOptions, inspect } from './inspect.ts';

const rules = fileURLToPath(new URL('../../fixtures/scans/rules.json', import.meta.url));

/** Runs the command in memory. @returns what it printed and its exit code. */
async function run(
  text: string,
  options: InspectOptions = {},
  input: Uint8Array = new Uint8Array(),
) {
  const lines: string[] = [];
  const io: CliIo = {
    out: (line) => lines.push(line),
    err: (line) => lines.push(`err: ${line}`),
    readInput: async () => input,
    stopping: new AbortController().signal,
    inColour: false,
  };
  const exitCode = await inspect(text, options, io, someNow);
  return { exitCode, lines };
}

const ticket = halteTicketText(aTicket());
const code = latin1(aQrisCode());

test('tells what a ticket says and what a validator decides', async () => {
  const { exitCode, lines } = await run(ticket, { rules });

  expect(exitCode).toBe(0);
  expect(lines).toEqual([
    `bytes      ${ticket.length}`,
    'format     halte-ticket',
    expect.stringMatching(/^tokenKey {3}[0-9a-f]{64}$/),
    'issuer     trans-semarang',
    'ticketId   0102030405060708',
    'kind       pass',
    'product    harian',
    'keyId      74657374',
    'notBefore  2026-11-01T23:00:00.000Z',
    'expires    2026-11-02T23:00:00.000Z',
    'decision   accepted, ticket-valid (100)',
    'fare       Rp 0, harian',
    'rider      Tiket berlaku / Ticket valid',
  ]);
});

test('tells of a payment code the wallet and the key, and nothing of the account', async () => {
  const { exitCode, lines } = await run(code, { rules });

  expect(exitCode).toBe(0);
  expect(lines).toContain('issuer     93600914');
  expect(lines).toContain('decision   accepted, risk-within-limits (101)');
  expect(lines).toContain('fare       Rp 3.500, umum-nontunai');
  expect(lines.join('\n')).not.toMatch(/12345678901|cheque/);
});

test('tells a refusal and its reason, without a fare', async () => {
  const { exitCode, lines } = await run(halteTicketText(aTicket({ notBefore: 0, expires: 1 })), {
    rules,
  });

  expect(exitCode).toBe(0);
  expect(lines).toContain('decision   refused, token-expired (212)');
  expect(lines.filter((line) => line.startsWith('fare'))).toEqual([]);
});

test('judges nothing without rules, and says how to', async () => {
  const { lines } = await run(ticket);

  expect(lines.at(-1)).toBe('decision   not judged: give --rules FILE');
});

test.each([
  ['https://halte.example', 'unknown-format (200)', '21 bytes of no known format'],
  ['HALTE1:bb8', 'malformed-token (201)', 'not Base45'],
])('explains what is wrong with %s and fails', async (text, reason, detail) => {
  const { exitCode, lines } = await run(text, { rules });

  expect(exitCode).toBe(1);
  expect(lines).toContain(`fault      ${detail}`);
  expect(lines).toContain(`decision   refused, ${reason}`);
});

test('prints one line of JSON for programs', async () => {
  const { exitCode, lines } = await run(code, { rules, json: true });

  expect(exitCode).toBe(0);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    bytes: code.length,
    token: { format: 'qris-cpm', tokenKey: expect.any(String), issuer: '93600914' },
    fault: null,
    decision: {
      outcome: 'accepted',
      basis: 'risk-accepted',
      reason: 'risk-within-limits',
      fare: { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } },
    },
  });
});

test('prints a fault as JSON too, and fails', async () => {
  const { exitCode, lines } = await run('', { json: true });

  expect(exitCode).toBe(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    bytes: 0,
    token: null,
    fault: { reason: 'unknown-format', detail: '0 bytes of no known format' },
    decision: { outcome: 'refused', reason: 'unknown-format' },
  });
});

test.each([
  ['as they are', '', ticket.length],
  ['without the line feed of an echo', '\n', ticket.length],
  ['with a second line feed, which is no echo’s', '\n\n', ticket.length + 1],
])('reads bytes from standard input %s', async (_, ending, bytes) => {
  const { lines } = await run('-', {}, concat(utf8(ticket), utf8(ending)));

  expect(lines[0]).toBe(`bytes      ${bytes}`);
});

test('names the rules file when it cannot be used', async () => {
  await expect(run(ticket, { rules: '/nowhere/rules.json' })).rejects.toThrow(ConfigError);
});

test('dates the earliest and the latest ticket that there can be', async () => {
  const { lines } = await run(halteTicketText(aTicket({ notBefore: 0, expires: 253_402_300_799 })));

  expect(lines).toContain('notBefore  1970-01-01T00:00:00.000Z');
  expect(lines).toContain('expires    9999-12-31T23:59:59.000Z');
});
