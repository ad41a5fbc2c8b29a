import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readRules } from '../../src/bundle/read-rules.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { walletNames } from '../../src/core/qris/wallet-names.ts';
import { genuine } from '../../src/core/rules/genuine.ts';
import { held } from '../../src/core/rules/held.ts';
import { parseQrToken } from '../../src/core/token/parse-token.ts';
import type { Token } from '../../src/core/token/token.ts';
import { keyed, parsedValue, someFacts, someNow } from '../testing/builders.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { aRulesFolder } from '../testing/rules-folder.ts';
import { madeByQrencode, readByZbar, requireTools, versionByQrencode } from './independent-qr.ts';
import { mint } from './mint-line.ts';

const merchant = fileURLToPath(new URL('../../fixtures/merchant.json', import.meta.url));

type KeyArgs = readonly string[];

/** Keys of a test's own. @returns their paths, and what validators are told of the office. */
async function keys({
  office = [],
  phone = [],
  seed = 1,
}: {
  office?: KeyArgs;
  phone?: KeyArgs;
  seed?: number;
} = {}) {
  const folder = aFolder();
  const [key, holder] = [join(folder, 'ticket.key'), join(folder, 'phone.key')];
  const { text } = await mint(['key', '--out', key, ...office], { seed });
  await mint(['holder-key', '--out', holder, ...phone]);
  return { key, holder, folder, trustedKey: JSON.parse(text) };
}

/** The rules as a device reads them, with the entry that was printed. */
function rulesTrusting(trustedKey: object) {
  return readRules(aRulesFolder({ trustedKeys: [trustedKey] }));
}

function tokenOf(text: string): Token {
  return parsedValue(parseQrToken(utf8(text), keyed));
}

const es256 = ['--algorithm', 'ES256'];

/** Everything that a ticket of the city would say. */
const usual = ['--subject', 'p-8f3a61c2', '--product', 'umum-nontunai', '--category', 'pelajar'];

const kinds: readonly (readonly string[])[] = [
  ['--kind', 'single'],
  ['--kind', 'pass', '--weekdays', 'mon,tue,wed,thu,fri,sat'],
  ['--kind', 'carnet', '--rides', '10'],
  ['--kind', 'group', '--riders', '30'],
  ['--kind', 'staff'],
];

/** @returns the text that was printed, after others have read it from the picture. */
async function readBack(args: readonly string[]): Promise<{ text: string; version: number }> {
  const png = join(aFolder(), 'code.png');
  const { exitCode, text, errs } = await mint([...args, '--png', png]);
  const version = Number(/QR (\d+)-M/.exec(errs[0] ?? '')?.[1]);
  expect(exitCode).toBe(0);
  expect(readByZbar(png)).toBe(text);
  // It may also mix modes within a code, which saves a version or more.
  expect(versionByQrencode(text)).toBeLessThanOrEqual(version);
  return { text, version };
}

/** Of ISO/IEC 18004 the versions that docs/ticket-format.md promises. */
test.for(kinds)(
  'makes a ticket %s %s that others read, in version 10 or less',
  async (kind, context) => {
    requireTools(context);
    const { key } = await keys();

    const { text, version } = await readBack([
      'ticket',
      '--key',
      key,
      ...kind,
      ...usual,
      '--network',
      'brt',
    ]);

    expect(text).toMatch(/^HALTE1:/);
    expect(version).toBeLessThanOrEqual(10);
    expect(version).toBeLessThan(versionByQrencode(text, { asBytes: true }));
  },
);

test.for(kinds)(
  'makes a ticket %s %s with key and proof, in version 13 or less',
  async (kind, context) => {
    requireTools(context);
    const { key, holder } = await keys({ office: es256, phone: es256 });
    const held = ['--holder', holder, '--proof'];

    const { version } = await readBack(['ticket', '--key', key, ...kind, ...usual, ...held]);

    expect(version).toBeLessThanOrEqual(13);
  },
);

test('makes every other code so that others read it, and reads theirs as they do', {
  timeout: 10_000,
}, async (context) => {
  requireTools(context);
  const { key } = await keys({ office: ['--for', 'pretix'] });
  const reference = 'H-1/42 {a~z}';
  const commands = [
    ['pass', '--key', key, '--months', '1'],
    ['qris'],
    ['merchant-qr', '--merchant', merchant, '--amount', '3500', '--reference', reference],
    ['pretix', '--key', key, '--item', '7', '--subevent', '300'],
  ];

  for (const command of commands) {
    const { text } = await readBack(command);
    expect(readByZbar(madeByQrencode(text))).toBe(text);
  }
});

test.each([
  ['EdDSA', []],
  ['ES256', es256],
])(
  'makes tickets of %s that a validator trusts by the entry that was printed',
  async (algorithm, office) => {
    const { key, trustedKey } = await keys({ office });
    const stranger = await keys({ office, seed: 2 });
    const { text } = await mint(['ticket', '--key', key]);

    const judge = (entry: object) =>
      genuine(someFacts({ token: tokenOf(text), rules: rulesTrusting(entry) }));

    expect(trustedKey).toMatchObject({ issuer: 'trans-semarang', algorithm });
    expect(judge(trustedKey)).toBeUndefined();
    expect(judge(stranger.trustedKey)).toBe('unknown-key');
    expect(judge({ ...stranger.trustedKey, kid: trustedKey.kid })).toBe('signature-invalid');
  },
);

test('makes pretix tickets that a validator trusts by the entry that was printed', async () => {
  const { key, trustedKey } = await keys({ office: ['--for', 'pretix'] });
  const period = ['--from', '2026-11-02T07:00:00+07:00', '--until', '2026-11-03T07:00:00+07:00'];

  const { text } = await mint(['pretix', '--key', key, '--item', '7', ...period]);

  const token = tokenOf(text);
  expect(trustedKey).not.toHaveProperty('kid');
  expect(token.validity).toEqual({ from: someNow, until: someNow + 86_400_000 });
  expect(genuine(someFacts({ token, rules: rulesTrusting(trustedKey) }))).toBeUndefined();
});

test.each([
  ['EdDSA', []],
  ['ES256', es256],
])('proves with a key of %s that its holder is there, as long as it says', async (_, phone) => {
  const { key, holder } = await keys({ phone });
  const now = someNow + 18_000;

  const { text, errs } = await mint(['ticket', '--key', key, '--holder', holder, '--proof'], {
    now,
  });

  const judge = (at: number) => held(someFacts({ token: tokenOf(text), now: at }));
  const skew = 60_000;
  expect(errs).toEqual([expect.stringContaining('the proof lives for 12 s more')]);
  expect(judge(now)).toBeUndefined();
  expect(judge(now + 12_000 + skew - 1)).toBeUndefined();
  expect(judge(now + 12_000 + skew)).toBe('holder-proof-stale');
});

test('names the holder by a public key alone, and then has no proof of it', async () => {
  const { key, folder } = await keys();
  const pem = join(folder, 'phone.pem');
  writeFileSync(pem, somePublicPem);

  const { text } = await mint(['ticket', '--key', key, '--holder', pem]);
  const asked = await mint(['ticket', '--key', key, '--holder', pem, '--proof']);

  expect(tokenOf(text).holder?.algorithm).toBe('ES256');
  expect(held(someFacts({ token: tokenOf(text) }))).toBe('holder-proof-missing');
  expect(asked.errs[0]).toMatch(/^mint\/no-private-key: /);
});

test('writes every claim that it is asked for', async () => {
  const { key } = await keys();
  const places = ['--route', '1', '2', '--network', 'brt', '--weekdays', 'mon,sun'];
  const period = ['--from', '2026-11-02T07:00:00+07:00', '--until', '2026-11-02T08:00:00+07:00'];

  const { text } = await mint([
    'ticket',
    '--key',
    key,
    '--issuer',
    'lain',
    ...usual,
    ...places,
    ...period,
  ]);

  expect(tokenOf(text)).toMatchObject({
    issuer: 'lain',
    product: 'umum-nontunai',
    riderCategory: 'pelajar',
    routes: ['1', '2'],
    networks: ['brt'],
    weekdays: 0b1000001,
    validity: { from: someNow, until: someNow + 3_600_000 },
  });
});

test.each([
  [['--days', '2'], '2026-11-04T07:00:00+07:00'],
  [['--months', '1'], '2026-12-02T07:00:00+07:00'],
  [['--service-days', '1'], '2026-11-03T03:00:00+07:00'],
  [['--service-days', '1', '--day-begins', '08:00'], '2026-11-02T08:00:00+07:00'],
  [['--service-days', '1', '--utc-offset', '-05:00'], '2026-11-02T03:00:00-05:00'],
  [['--days', '1', '--from', '2026-12-01T00:00:00+07:00'], '2026-12-02T00:00:00+07:00'],
])('ends a pass of %j when it is over', async (length, until) => {
  const { key } = await keys();

  const { text } = await mint(['pass', '--key', key, ...length]);

  expect(tokenOf(text)).toMatchObject({ rides: 'unlimited', product: 'pass' });
  expect(tokenOf(text).validity?.until).toBe(Date.parse(until));
});

test.each([...walletNames.entries()])(
  'makes codes of the issuer %s by its name %s',
  async (issuer, name) => {
    const typed = name.toLowerCase().replace(' ', '-');

    const { text } = await mint(['qris', '--issuer', typed]);

    expect(tokenOf(text)).toMatchObject({ format: 'qris-cpm', issuer });
  },
);

test('makes a code of GoPay unless told otherwise, and of any other prefix', async () => {
  expect(tokenOf((await mint(['qris'])).text).issuer).toBe('93600914');
  expect(tokenOf((await mint(['qris', '--issuer', '93609999'])).text).issuer).toBe('93609999');
});

test('asks for a fare in the name of the merchant', async () => {
  const args = ['--merchant', merchant, '--amount', '3500', '--reference', 'H1-42'];

  const { text, errs } = await mint(['merchant-qr', ...args], { isTerminal: true });

  expect(text).toContain('54043500');
  expect(text).toContain('5915BUS KOTA CONTOH');
  expect(errs.at(-1)).toBe(
    'BUS KOTA CONTOH asks for Rp 3.500, reference H1-42; QR 9-M, alphanumeric',
  );
});

test('prints the text alone into a pipe', async () => {
  const { outs, errs } = await mint(['qris']);

  expect([outs.length, errs]).toEqual([1, []]);
});

test.each([
  ['in a terminal', [], { isTerminal: true }, true],
  ['in a terminal that is just wide enough', [], { isTerminal: true, columns: 49 }, true],
  ['when told to', ['--qr'], {}, true],
  ['never when told not to', ['--no-qr'], { isTerminal: true }, false],
  ['never beside JSON', ['--json'], { isTerminal: true }, false],
  ['where asked for beside JSON', ['--json', '--qr'], {}, true],
])('draws the code %s, for people and not into the pipe', async (_, args, around, isDrawn) => {
  const { outs, errs } = await mint(['qris', ...args], around);

  expect(outs).toHaveLength(1);
  expect(errs.filter((line) => /[▀█]/.test(line))).toHaveLength(isDrawn ? 25 : 0);
  expect(errs.at(-1)).toBe(
    isDrawn ? 'payment code of GoPay (93600914), of no real account; QR 6-M, byte' : undefined,
  );
});

test('draws nothing that the terminal would break, and says what to do', async () => {
  const { errs } = await mint(['qris'], { isTerminal: true, columns: 48 });

  expect(errs[0]).toBe('the picture needs 49 columns and the terminal has 48: use --png');
  expect(errs).toHaveLength(2);
});

test('tells programs what it made in one line', async () => {
  const { key, holder, trustedKey } = await keys();
  const args = ['ticket', '--key', key, '--holder', holder, '--proof', '--json'];

  const { outs } = await mint(args);

  expect(outs).toHaveLength(1);
  expect(JSON.parse(outs[0] ?? '')).toEqual({
    text: expect.stringMatching(/^HALTE1:/),
    kind: 'single',
    issuer: 'trans-semarang',
    kid: trustedKey.kid,
    ticket: expect.stringMatching(/^8449a2/),
    from: '2026-11-02T00:00:00Z',
    until: '2026-11-03T00:00:00Z',
    proofUntil: '2026-11-02T00:00:30Z',
    qr: { version: 12, errorCorrection: 'M', mode: 'alphanumeric', size: 65 },
  });
});

const fourLongIds = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32));

test.each([
  ['carnet-without-rides', ['--kind', 'carnet'], 2, 'mint/bad-rides'],
  ['rides-of-a-pass', ['--kind', 'pass', '--rides', '10'], 2, 'mint/bad-rides'],
  ['group-without-riders', ['--kind', 'group'], 2, 'mint/bad-riders'],
  ['riders-of-a-single', ['--riders', '2'], 2, 'mint/bad-riders'],
  ['over-before-it-begins', ['--until', '2026-11-02T07:00:00+07:00'], 2, 'mint/bad-ticket'],
  ['more-than-a-code-holds', ['--route', ...fourLongIds], 2, 'mint/bad-ticket'],
  ['a-proof-of-nobody', ['--proof'], 2, 'mint/no-holder'],
  ['no-holder-there', ['--holder', '/nowhere/phone.key'], 1, 'config/invalid'],
  ['a-holder-that-is-none', ['--holder', merchant], 1, 'mint/bad-key'],
  ['a-picture-nowhere', ['--png', '/dev/null/code.png'], 1, 'mint/cannot-write'],
  ['an-office-that-is-none', ['--key', merchant], 1, 'mint/bad-key'],
])('says what is wrong with %s, and what to do', async (_, args, ends, code) => {
  const { key } = await keys();

  const { exitCode, outs, errs } = await mint(['ticket', '--key', key, ...args]);

  expect([exitCode, outs]).toEqual([ends, []]);
  expect(errs[0]?.startsWith(`${code}: `)).toBe(true);
  expect(errs.at(-1)).toMatch(/^→ ./);
});

const backwards = ['--from', '2026-11-03T07:00:00+07:00', '--until', '2026-11-02T07:00:00+07:00'];

function asking(file: string): readonly string[] {
  return ['--merchant', file, '--amount', '1'];
}

test.each([
  [['pass', '--key', 'KEY'], 2, 'mint/bad-length', 'one of --days'],
  [['pass', '--key', 'KEY', '--days', '1', '--months', '1'], 2, 'mint/bad-length', 'one of --days'],
  [['qris', '--issuer', 'nobody'], 2, 'mint/bad-issuer', '9360 and four digits'],
  [['qris', '--issuer', '12345678'], 2, 'mint/bad-issuer', '9360 and four digits'],
  [['pretix', '--key', merchant, '--item', '1'], 1, 'mint/bad-key', 'docs/minting.md'],
  [['pretix', '--key', '/nowhere', '--item', '1'], 1, 'config/invalid', 'docs/minting.md'],
  [['pretix', '--key', 'KEY', '--item', '1', ...backwards], 2, 'mint/bad-ticket', 'after --from'],
  [['merchant-qr', ...asking(merchant), '--reference', ''], 2, 'mint/bad-reference', '1 to 25'],
  [['merchant-qr', ...asking(merchant), '--reference', 'a|b'], 2, 'mint/bad-reference', '1 to 25'],
  [['merchant-qr', ...asking('KEY'), '--reference', 'a'], 1, 'config/invalid', 'docs/minting.md'],
  [['ticket', '--key', '/nowhere/ticket.key'], 1, 'config/invalid', 'docs/minting.md'],
])('ends %j with %i, a code and a hint', async (args, ends, code, hint) => {
  const { key } = await keys();

  const { exitCode, errs } = await mint(args.map((arg) => (arg === 'KEY' ? key : arg)));

  expect(exitCode).toBe(ends);
  expect(errs[0]?.startsWith(`${code}: `)).toBe(true);
  expect(errs.at(-1)).toMatch(/^→ /);
  expect(errs.at(-1)).toContain(hint);
});

test('makes no folder for a picture: it was most likely mistyped', async () => {
  const folder = join(aFolder(), 'pictures');

  const { exitCode, errs } = await mint(['qris', '--png', join(folder, 'code.png')]);

  expect(exitCode).toBe(1);
  expect(errs[0]).toMatch(/^mint\/cannot-write: /);
  expect(errs.at(-1)).toContain(`there is no folder ${folder}`);
  expect(existsSync(folder)).toBe(false);
});

test.each([
  ['--rides 1', 'It is a whole number from 2 to 100.'],
  ['--rides x', 'It is a whole number from 2 to 100.'],
  ['--minutes 0', 'It is a whole number from 1 to'],
  ['--minutes 1.5', 'It is a whole number from 1 to'],
  ['--weekdays mon,xyz', 'It is some of mon,tue,wed,thu,fri,sat,sun.'],
  ['--weekdays ,', 'It is some of'],
  ['--utc-offset 7', 'It is a time east of Greenwich, such as +07:00.'],
  ['--utc-offset +14:30', 'It is a time east of Greenwich'],
  ['--from tomorrow', 'It is a time with its zone'],
  [`--product ${'x'.repeat(33)}`, 'It is 1 to 32 characters.'],
  [`--issuer ${'x'.repeat(33)}`, 'It is 1 to 32 characters.'],
  ['--route 1 2 3 4 5 6 7 8 9', 'There are 1 to 8 of them'],
  ['--kind dayticket', 'Allowed choices are single, pass, carnet, group, staff.'],
  ['--minutes 5 --until 2026-11-03T00:00:00Z', 'cannot be used with'],
])('calls %s wrong usage, and says what it could be', async (typed, message) => {
  const { exitCode, errs } = await mint(['ticket', '--key', 'ticket.key', ...typed.split(' ')]);

  expect(exitCode).toBe(2);
  expect(errs.join(' ')).toContain(message);
});

test.each(['ticket', 'pass', 'qris', 'merchant-qr', 'pretix'])(
  'shows in the help of %s how it is called',
  async (command) => {
    const { exitCode, text } = await mint([command, '--help']);

    expect(exitCode).toBe(0);
    expect(text).toContain(`halte mint ${command} `);
    expect(text).toMatch(/Examples?:/);
    expect(text).toContain('--png <file>');
  },
);

/** The public key of RFC 6979 §A.2.5. */
const somePublicPem = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7
Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==
-----END PUBLIC KEY-----
`;
