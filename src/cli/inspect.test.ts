import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createTicketPhone } from '../../sim/cards/ticket-phone.ts';
import {
  aHolderKey,
  aQrisCode,
  aTicket,
  bytesOf,
  gopay,
  holderKey,
  identifierKey,
  keyed,
  parsedValue,
  someNow,
  strangerKey,
} from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aRulesFolder, rulesOfCaptures } from '../../sim/testing/rules-folder.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { concat, hex, latin1, utf8 } from '../core/bytes.ts';
import { readTicketPhone } from '../core/card/ticket-phone.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { presentTicket } from '../core/ticket/presentation.ts';
import { merchantCodeChecksum } from '../core/token/emvco-mpm.ts';
import { parseQrToken } from '../core/token/parse-token.ts';
import { type InspectOptions, inspect, readTime } from './inspect.ts';

const scans = fileURLToPath(new URL('../../fixtures/scans/', import.meta.url));
const rules = rulesOfCaptures;

interface Around {
  readonly input?: Uint8Array;
  readonly inColour?: boolean;
  readonly columns?: number;
}

/** Runs the command in memory, at {@link someNow}. */
async function run(text: string, options: InspectOptions = {}, around: Around = {}) {
  const { input = new Uint8Array(), inColour = false, columns } = around;
  const io = { ...createTestIo(), inColour, readInput: async () => input };
  const exitCode = await inspect(text, options, { io, now: someNow, columns });
  return { exitCode, lines: io.outs, text: io.outs.join('\n') };
}

async function report(text: string, options: InspectOptions = {}, around: Around = {}) {
  const { lines } = await run(text, { json: true, ...options }, around);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

/** Bytes of a capture of what a scanner gave. */
function scan(name: string): Uint8Array {
  return bytesOf(readFileSync(`${scans}${name}.hex`, 'utf8').replaceAll('\n', ''));
}

function anIdentifierKey(): string {
  const file = join(aFolder(), 'identifier.key');
  writeFileSync(file, `${hex(identifierKey)}\n`);
  chmodSync(file, 0o600);
  return file;
}

const qris = latin1(scan('qris-gopay'));
/** Its account and cheque are canaries. */
const canary = latin1(aQrisCode());
const ticket = halteTicketText(aTicket());
const heldTicket = aTicket({ holder: aHolderKey() });

test('prints a payment code whole, aligned and with its secrets masked', async () => {
  const { exitCode, lines } = await run(qris, { rules });

  expect(exitCode).toBe(0);
  expect(lines).toEqual([
    'qris-cpm: text, 104 bytes',
    '',
    'Fields',
    '  offset  bytes  place     field                                      value',
    '  0x0002      5  85        payload format indicator                   CPV01',
    '  0x0009     69  61        application template                       5 objects',
    '  0x000b      7    4F      application identifier (ADF name)          A0000006022020',
    '  0x0014      7    50      application label                          QRISCPM',
    '  0x001d     10    5A      account number (PAN)                       •••• (secret, --reveal shows it)',
    '  0x001d      4      NNS   issuer (NNS)                               93600914 GoPay',
    '  0x002a      4    5F2D    language preference                        iden',
    '  0x0030     30    63      application specific transparent template  1 object',
    '  0x0033     27      9F74  issuer QRIS data                           •••• (secret, --reveal shows it)',
    '',
    'Facts',
    '  issuer          93600914 GoPay',
    '  token key       –',
    '  account key     –',
    '  rides           1',
    '',
    'Verified',
    '  – payment           nothing in a QRIS code can be verified offline',
    '',
    'Verdict',
    '  ● accepted      risk-within-limits (101), risk-accepted',
    '  fare            Rp 3.500, umum-nontunai',
    '  rider reads     Pembayaran diterima / Payment accepted',
    '  judged          as a first tap at 2026-11-02 07:00:00 +07:00, clock rtc, no route known, rules test-1',
    '',
    '→ the keys (–) are shown with --identifier-key FILE, as the operator’s devices make them',
  ]);
});

test('tells what a ticket says in the words of the rules, with dates by the operator’s clock', async () => {
  const { exitCode, lines } = await run(ticket, { rules });

  expect(exitCode).toBe(0);
  expect(lines.slice(lines.indexOf('Facts'), -2)).toEqual([
    'Facts',
    '  issuer          trans-semarang',
    '  token key       –',
    '  product         harian',
    '  valid from      2026-11-02 06:00:00 +07:00 (2026-11-01 23:00:00Z), 60 min ago',
    '  valid until     2026-11-03 06:00:00 +07:00 (2026-11-02 23:00:00Z), in 23 h',
    '  rides           unlimited',
    '  routes          all',
    '',
    'Verified',
    '  ✓ issuer signature  EdDSA, key 74657374 of trans-semarang',
    '',
    'Verdict',
    '  ● accepted      ticket-valid (100), verified',
    '  fare            Rp 0, harian',
    '  rider reads     Tiket berlaku / Ticket valid',
    '  judged          as a first tap at 2026-11-02 07:00:00 +07:00, clock rtc, no route known, rules test-1',
  ]);
});

test('judges nothing without rules, says how to, and ends well', async () => {
  const { exitCode, lines } = await run(ticket);

  expect(exitCode).toBe(0);
  expect(lines).toContain(
    '  – issuer signature  EdDSA, key 74657374 of trans-semarang: not checked, give --rules FILE',
  );
  expect(lines).toContain('  not judged: give --rules FILE');
  expect(lines).toContain('  valid until     2026-11-02 23:00:00Z, in 23 h');
});

test('ends with 1 when a validator would refuse, and says since when it is over', async () => {
  const { exitCode, text } = await run(ticket, { rules, at: someNow + 26 * 3_600_000 });

  expect(exitCode).toBe(1);
  expect(text).toContain('● refused       token-expired (212)');
  expect(text).toContain('(2026-11-02 23:00:00Z), expired 3 h ago');
  expect(text).not.toContain('\n  fare');
});

test('judges on the route that it is told', async () => {
  const here = halteTicketText(aTicket({ routes: ['K1'] }));

  expect((await report(here, { rules, route: 'K2' })).verdict.reason).toBe('not-valid-here');
  expect((await report(here, { rules, route: 'K1' })).verdict.reason).toBe('ticket-valid');
});

test('judges by a clock of the quality that it is told', async () => {
  const strict = aRulesFolder({ clockSkewMs: { gnss: 0, untrusted: 60_000 } });
  const late = { rules: strict, at: someNow + 23 * 3_600_000 + 1 };

  expect((await report(ticket, { ...late, clock: 'gnss' })).verdict.reason).toBe('token-expired');
  expect((await report(ticket, { ...late, clock: 'untrusted' })).verdict.reason).toBe(
    'ticket-valid',
  );
});

test('compares lists only by the operator’s keys, and says so', async () => {
  const { tokenKey } = parsedValue(parseQrToken(utf8(ticket), keyed));
  const row = `ticket,deny,${hex(tokenKey)},fraud`;
  const header = 'listing_kind,effect,listing_key,reason';
  const denying = aRulesFolder({}, { 'security_listings.txt': `${header}\n${row}\n` });

  const unable = await report(ticket, { rules: denying });
  const able = await report(ticket, { rules: denying, identifierKey: anIdentifierKey() });

  expect(unable.verified).toContainEqual({
    what: 'lists',
    ok: null,
    detail: 'not compared, give --identifier-key FILE',
  });
  expect(able.verified).toContainEqual({
    what: 'lists',
    ok: false,
    detail: 'on a list: token-denied',
  });
  expect(able.verdict.reason).toBe('token-denied');
});

test.each([
  ['in its half minute', heldCode(someNow), 0, true, 'for 2026-11-02T00:00:00Z–00:00:30Z, now'],
  [
    'long after it',
    heldCode(someNow - 3_600_000),
    1,
    false,
    /–23:00:30Z, 60 min ago: a screenshot, or a wrong clock$/,
  ],
  ['without a proof', halteTicketText(heldTicket), 1, false, /^none came with the ticket/],
] as const)('tells of the proof of a holder %s', async (_, text, exitCode, ok, detail) => {
  const { verified } = await report(text, { rules });
  const expected = typeof detail === 'string' ? detail : expect.stringMatching(detail);

  expect(verified).toContainEqual({ what: 'holder proof', ok, detail: expected });
  expect((await run(text, { rules })).exitCode).toBe(exitCode);
});

function heldCode(at: number): string {
  return halteTicketText(presentTicket(heldTicket, holderKey, at));
}

test.each([
  ['a key that nobody trusts', aTicket({ kid: utf8('mine') }), 'the rules do not have this key'],
  ['a forgery', aTicket({ key: strangerKey }), 'the signature does not hold'],
])('tells of %s that it does not count', async (_, forged, problem) => {
  const { exitCode, text } = await run(halteTicketText(forged), { rules });

  expect(exitCode).toBe(1);
  expect(text).toMatch(/✗ issuer signature {2}EdDSA, key [0-9a-f]{8} of trans-semarang: /);
  expect(text).toContain(problem);
});

test('prints every field of a merchant code although it pays nothing', async () => {
  const { exitCode, text, lines } = await run('-', {}, { input: scan('merchant-qris') });

  expect(exitCode).toBe(1);
  expect(text).toContain('emvco-mpm: text, 209 bytes');
  expect(text).toContain('NamaMerchantC1');
  expect(lines).toContain('  ✓ CRC               matches');
  expect(lines).toContain('  ✓ QRIS MPM          has every mandatory ID');
  expect(text).toContain('● refused       merchant-code (203)');
  expect(text).toContain('Ini QR toko');
});

test('shows of a merchant code with a wrong CRC which it states and which it ought to', async () => {
  const stated = { what: 'CRC', ok: false, detail: 'the code states A79C, its bytes have 7F7A' };
  const input = scan('merchant-wrong-crc');

  const { exitCode, lines } = await run('-', {}, { input });

  expect(exitCode).toBe(1);
  expect(lines).toContain(`  ✗ CRC               ${stated.detail}`);
  expect((await report('-', {}, { input })).verified).toContainEqual(stated);
});

test('shows that a merchant code has no CRC', async () => {
  expect((await report('0002015802ID')).verified).toContainEqual({
    what: 'CRC',
    ok: false,
    detail: 'the code ends before it',
  });
});

test('names what a merchant code lacks, which is sound for the validator', async () => {
  const unsealed = '00020153033605802ID5906CONTOH6105501316304';
  const code = `${unsealed}${merchantCodeChecksum(utf8(unsealed))}`;

  const { fault, verified } = await report(code);

  expect(fault.reason).toBe('merchant-code');
  expect(verified).toContainEqual({
    what: 'QRIS MPM',
    ok: false,
    detail:
      '52 merchant category code (ISO 18245) is missing; 60 merchant city is missing; ' +
      'no merchant account (26 to 45, or 51)',
  });
});

/** SELECT of PPSE and its answer in the trace of androidcrypto/TalkToYourCreditCardPart7. */
const selectPpse = '00a404000e325041592e5359532e444446303100';
const ppseAnswer =
  '6f3a840e325041592e5359532e4444463031a528bf0c2561234f07a0000000031010' +
  '500a56697361204465626974870101' +
  '9f0a080001050100000000';

/** What a phone and a validator said, as text. */
function aTrace(): string {
  const phone = createTicketPhone(heldTicket, holderKey);
  const lines: string[] = [];
  let step = readTicketPhone({ keyed, challenge: bytesOf('000102030405060708090a0b0c0d0e0f') });
  while (step.step === 'send') {
    const response = phone.respond(step.apdu);
    lines.push(`> ${hex(step.apdu)}`, `< ${hex(Uint8Array.from(response))}`);
    step = step.answer(response);
  }
  return lines.join('\n');
}

test('names the commands of a trace, and judges the ticket that the phone gave', async () => {
  const { exitCode, lines, text } = await run('-', { rules }, { input: utf8(aTrace()) });

  expect(exitCode).toBe(0);
  expect(lines.slice(0, 6)).toEqual([
    'halte-ticket: APDU trace, 3 commands',
    '',
    'Trace',
    '  SELECT Halte ticket      9000  ok, 3 bytes',
    expect.stringMatching(/^ {2}READ BINARY from byte 0 {2}9000 {2}ok, \d+ bytes$/),
    '  INTERNAL AUTHENTICATE    9000  ok, 64 bytes',
  ]);
  expect(text).toContain('cti, ticket id');
  expect(text).toContain('  ✓ holder proof      for the challenge of the reader');
  expect(text).toContain('● accepted      ticket-valid (100), verified');
});

test('shows the bytes of a trace only to whoever asks for them', async () => {
  const input = utf8('> ffca000000\n< 0411223344c0ff9000');

  const hidden = await run('-', {}, { input });
  const shown = await run('-', { reveal: true }, { input });

  expect(hidden.lines).toContain('  GET DATA UID  9000  ok, 7 bytes');
  expect(hidden.text).not.toContain('c0ff');
  expect(shown.lines).toContain('    < 0411223344c0ff9000');
});

test('names the commands of a DESFire session and says that it cannot replay it', async () => {
  const input = utf8('> 905a00000301020300\n< 9100\n> 9071000002000000\n< 91ae');

  const { exitCode, text } = await run('-', { rules }, { input });

  expect(exitCode).toBe(1);
  expect(text).toContain('no token: APDU trace, 2 commands');
  expect(text).toContain('DESFire AuthenticateEV2First  91AE  authentication error');
  expect(text).toContain('→ a DESFire session is protected by keys of the card');
  expect(text).toContain('Verdict\n  none: no token in this trace to judge');
});

test.each([
  ['a DESFire session', '> 9071000002000000\n< 91ae'],
  ['the version of a card', '> 9060000000\n< 0401010100180591af'],
  ['the directory of a payment card', `> ${selectPpse}\n< ${ppseAnswer}9000`],
])('has no verdict on %s, and fails where one was asked for', async (_, trace) => {
  const asked = await run('-', { rules }, { input: utf8(trace) });
  const unasked = await run('-', {}, { input: utf8(trace) });

  expect([asked.exitCode, unasked.exitCode]).toEqual([1, 0]);
  expect(asked.text).toContain('none: no token in this trace to judge');
  expect(unasked.text).not.toContain('Verdict');
  expect((await report('-', { rules }, { input: utf8(trace) })).verdict).toBeNull();
});

test('says how a validator would go on when the trace does not tell', async () => {
  const { exitCode, text } = await run('-', {}, { input: utf8('> 00a4040005a000000003\n< 9000') });

  expect(exitCode).toBe(0);
  expect(text).toContain('→ no token in this trace: a validator would go on with GET DATA UID');
});

test('judges the payment code that a phone gave over NFC as one in a QR code', async () => {
  const select = '> 00a4040007a0000006022020\n< 9000';
  const read = '> 00b2010007a0000006022020';
  const input = utf8(`${select}\n${read}\n< ${hex(utf8(qris))}9000`);

  const overNfc = await report('-', { rules }, { input });

  const { fields, facts, verdict } = await report(qris, { rules });
  expect(overNfc).toMatchObject({ format: 'qris-cpm', fields, facts, verdict });
});

test('judges a card of which only the number is known, and shows it to nobody', async () => {
  const input = utf8('> ffca000000\n< 04c0ffee11aabb9000');

  const { exitCode, text } = await run('-', { rules }, { input });

  expect(exitCode).toBe(1);
  expect(text).toContain('uid-card: APDU trace, 1 command');
  expect(text).toContain('  – card              anybody can copy a number: it counts when listed');
  expect(text).toContain('● refused       card-not-listed (223)');
  expect(text.toLowerCase()).not.toContain('c0ffee');
});

test('masks card number and cheque everywhere, unless they are asked for', async () => {
  const canaries = /12345678901|98765432109876543210/;

  for (const json of [false, true]) {
    expect((await run(canary, { rules, json })).text).not.toMatch(canaries);
    expect((await run(canary, { json, reveal: true })).text).toMatch(canaries);
  }
});

test.each([
  ['https://halte.example', 'unknown-format (200)', '21 bytes of no known format'],
  ['HALTE1:bb8', 'malformed-token (201)', 'not Base45 at byte 7 of the text'],
  ['HALTE1:BB8GGW', 'malformed-token (201)', 'not Base45 at byte 10 of the text'],
  ['hQVDUFYwM@EJ', 'malformed-token (201)', 'not base64 at byte 9 of the text'],
  ['hQVDUFYwMQ', 'malformed-token (201)', 'not base64 at byte 10 of the text'],
  ['hQVDUFYwMQ=', 'malformed-token (201)', 'not base64 at byte 11 of the text'],
  ['hQVDUFYwMQ== ', 'malformed-token (201)', 'not base64 at byte 12 of the text'],
  ['hQVDUFYwMR==', 'malformed-token (201)', 'not base64 at byte 9 of the text'],
  ['hQVDUFYwMQ==', 'malformed-token (201)', 'tag 61 is missing at byte 7'],
  ['hQVDUFYwMmEA', 'malformed-token (201)', 'tag 85 is not CPV01 at byte 2'],
  ['', 'unknown-format (200)', '0 bytes of no known format'],
])(
  'explains what is wrong with "%s", shows nothing of it, and fails',
  async (code, why, detail) => {
    const { exitCode, text } = await run(code);

    expect(exitCode).toBe(1);
    expect(text).toContain(`● refused       ${why}`);
    expect(text).toContain(`  fault           ${detail}`);
    expect(text).not.toContain('halte.example');
  },
);

test('shows how an unknown code begins to whoever asks', async () => {
  const { lines } = await run('https://halte.example/\u0007', { reveal: true });

  expect(lines.at(-1)).toBe('→ it begins: https://halte.example/·');
});

test('gives programs everything on one line of JSON', async () => {
  expect(await report(qris, { rules })).toEqual({
    input: { kind: 'text', bytes: 104 },
    format: 'qris-cpm',
    fields: expect.arrayContaining([
      expect.objectContaining({
        path: '61.5A',
        offset: 29,
        bytes: 10,
        value: '••••',
        secret: true,
      }),
    ]),
    facts: { issuer: gopay, tokenKey: null, accountKey: null, rides: 1 },
    verified: [
      { what: 'payment', ok: null, detail: 'nothing in a QRIS code can be verified offline' },
    ],
    verdict: {
      outcome: 'accepted',
      basis: 'risk-accepted',
      reason: 'risk-within-limits',
      code: 101,
      fare: { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } },
    },
    notes: [expect.stringContaining('--identifier-key')],
  });
  expect(
    (await report(halteTicketText(aTicket({ routes: ['1', '2'], weekdays: 3 })))).facts,
  ).toEqual(
    expect.objectContaining({ routes: ['1', '2'], weekdays: ['Mon', 'Tue'], rides: 'unlimited' }),
  );
  expect((await report(ticket)).facts.validUntil).toBe('2026-11-02T23:00:00.000Z');
  expect(await report('')).toMatchObject({
    format: null,
    fault: { reason: 'unknown-format', detail: '0 bytes of no known format' },
    verdict: { outcome: 'refused', basis: null, reason: 'unknown-format', code: 200 },
  });
});

test('shows the token key that a device makes, given the operator’s identifier key', async () => {
  const { facts, notes } = await report(ticket, { identifierKey: anIdentifierKey() });

  expect(facts.tokenKey).toBe(hex(parsedValue(parseQrToken(utf8(ticket), keyed)).tokenKey));
  expect(notes).toBeUndefined();
});

test('colours for a terminal and wraps to its width', async () => {
  const { lines } = await run(qris, { rules }, { inColour: true, columns: 80 });
  const sgr = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

  expect(lines.join('\n')).toContain('\u001b[32m● accepted      \u001b[0mrisk-within-limits');
  expect(Math.max(...lines.map((line) => line.replace(sgr, '').length))).toBeLessThanOrEqual(80);
});

test.each([
  ['as they are', '', ticket.length],
  ['without the line feed of an echo', '\n', ticket.length],
  ['without the line end of a scanner', '\r\n', ticket.length],
  ['with a second line feed, which is no echo’s', '\n\n', ticket.length + 1],
  ['with a second line end', '\r\n\r\n', ticket.length + 2],
  ['with a carriage return alone', '\r', ticket.length + 1],
])('reads bytes from standard input %s', async (_, ending, bytes) => {
  const { lines } = await run('-', {}, { input: concat(utf8(ticket), utf8(ending)) });

  expect(lines[0]).toMatch(new RegExp(`: text, ${bytes} bytes$`));
});

test.each([
  [{ rules: '/nowhere/rules' }, '/nowhere/rules', 'rules/invalid'],
  [{ identifierKey: '/nowhere/identifier.key' }, '/nowhere/identifier.key', 'config/invalid'],
])('names the file of %o when it cannot be used', async (options, file, code) => {
  await expect(run(ticket, options)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(file),
  });
});

test.each([
  ['2026-11-02T00:00:00Z', someNow],
  ['2026-11-02T07:00+07:00', someNow],
])('reads %s as a time', (text, at) => {
  expect(readTime(text)).toBe(at);
});

test.each(['2026-11-02', '2026-11-02T00:00:00', '2026-13-02T00:00:00Z', 'now'])(
  'takes %s for no time',
  (text) => {
    expect(() => readTime(text)).toThrow('with its zone');
  },
);

const captures = readdirSync(scans).filter((name) => name.endsWith('.hex'));

test.each(captures)('judges %s as a validator does', async (name) => {
  const { decision } = JSON.parse(
    readFileSync(scans + name.replace('.hex', '.expected.json'), 'utf8'),
  );
  const input = concat(scan(name.replace('.hex', '')), utf8('\n'));

  const { verdict } = await report('-', { rules, as: 'text' }, { input });

  expect(verdict).toMatchObject(decision);
});

const withoutLabel = latin1(aQrisCode({ '50': undefined }));
const withoutCheque = latin1(aQrisCode({ '63': new Uint8Array() }));
const withoutAccount = latin1(aQrisCode({ '5A': undefined }));

test.each([
  ['tag 50', withoutLabel, '61'],
  ['tag 9F74', withoutCheque, '61.63'],
  ['tag 5A', withoutAccount, '61'],
])('names the template that has no %s', async (tag, code, template) => {
  const { fault, fields } = await report(code);

  const { offset } = fields.find(({ path }: { path: string }) => path === template);
  expect(fault.detail).toContain(tag);
  expect(fault.detail).toMatch(new RegExp(` in the template at byte ${offset}$`));
});

test('names in an admission ticket the character that is none', async () => {
  const [at, code] = [9, latin1(scan('pretix-genuine'))];

  const { fault } = await report(`${code.slice(0, at)}?${code.slice(at + 1)}`);

  expect(fault.detail).toBe('not base64 backwards at byte 9 of the text');
});

test('takes a scanner’s symbology identifier off, as the validator does', async () => {
  const plain = await report(ticket, { rules });
  const identified = await report(`]Q1${ticket}`, { rules });
  const inHex = await report(hex(utf8(`]Q1${ticket}`)), { rules });

  const input = { bytes: ticket.length, symbology: ']Q1' };
  expect(identified).toEqual({ ...plain, input: { kind: 'text', ...input } });
  expect(inHex).toEqual({ ...plain, input: { kind: 'hex', ...input } });
  expect((await run(`]Q1${ticket}`)).lines[0]).toBe(
    `halte-ticket: text, ${ticket.length} bytes after ]Q1`,
  );
});

test.each([
  ['0x48414c', 'leave out 0x'],
  ['48:41:4c', 'leave out what stands between the bytes'],
  ['48414', '5 digits are one too many or too few'],
  ['0x48, 0x4', 'leave out 0x, and leave out what stands between the bytes, and 3 digits are'],
])('says of %s what keeps it from being hexadecimal', async (text, advice) => {
  const { lines } = await run(text);

  expect(lines.at(-1)).toContain(`→ if this is hexadecimal, ${advice}`);
  await expect(run(text, { as: 'hex' })).rejects.toMatchObject({
    code: 'inspect/bad-hex',
    hint: expect.stringContaining(advice),
  });
});

/** Of a card that there is not. */
const versionTrace = [
  '> 9060000000',
  '< 0401013300180591af',
  '> 90af000000',
  '< 0401010301190591af',
  '> 90af000000',
  '< 04c0ffee11aabbba0000000012259100',
].join('\n');

test('tells what a DESFire card says of its version, and whose it is only when asked', async () => {
  const { lines, text } = await run('-', {}, { input: utf8(versionTrace) });
  const shown = await run('-', { reveal: true }, { input: utf8(versionTrace) });

  expect(lines).toEqual(
    expect.arrayContaining([
      'Answer to DESFire GetVersion',
      '  0x0000      1    vendor    vendor        04 NXP',
      '  0x0001      1    type      type          01 MIFARE DESFire',
      '  0x0003      2    version   version       33.00 EV3',
      '  0x0005      1    size      storage size  4096 bytes',
      '  0x0005      1    size      storage size  4096 to 8192 bytes',
      '  0x0000      7  UID       card number  •••• (secret, --reveal shows it)',
      '  0x000c      2  produced  produced     week 12 of 2025',
    ]),
  );
  expect(text.toLowerCase()).not.toContain('c0ffee');
  expect(shown.text).toContain('04C0FFEE11AABB');
});

test('tells an answer that is cut off as far as it goes', async () => {
  const { trace } = await report('> 9060000000\n< 04019100');

  expect(trace[0].fields.map(({ path }: { path: string }) => path)).toEqual([
    'hardware.vendor',
    'hardware.type',
  ]);
});

test('tells what the directory of a payment card names', async () => {
  const { trace } = await report(`> ${selectPpse}\n< ${ppseAnswer}9000`);

  expect(
    trace[0].fields.map(({ path, offset, value }: Record<string, string>) => [path, offset, value]),
  ).toEqual([
    ['6F', 2, '2 objects'],
    ['6F.84', 4, '325041592E5359532E4444463031 2PAY.SYS.DDF01'],
    ['6F.A5', 20, '1 object'],
    ['6F.A5.BF0C', 23, '1 object'],
    ['6F.A5.BF0C.61', 25, '4 objects'],
    ['6F.A5.BF0C.61.4F', 27, 'A0000000031010'],
    ['6F.A5.BF0C.61.50', 36, 'Visa Debit'],
    ['6F.A5.BF0C.61.87', 48, '01'],
    ['6F.A5.BF0C.61.9F0A', 52, '0001050100000000'],
  ]);
});

test('masks in an answer what nobody knows', async () => {
  const { text } = await run('> 00a4040005a000000003\n< 6f06c104c0ffee119000');

  expect(text).toContain('not known to this version');
  expect(text.toLowerCase()).not.toContain('c0ffee');
});

test('names the UID that a reader gives, and masks it', async () => {
  const { trace } = await report('> ffca000000\n< 04c0ffee11aabb9000');

  expect(trace[0].fields).toEqual([
    { path: 'UID', name: 'card number', offset: 0, bytes: 7, value: '••••', secret: true },
  ]);
});
