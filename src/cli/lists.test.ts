import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { aQrisCode, aTicket, bytesOf, someClaims, someNow } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { hex, latin1, utf8 } from '../core/bytes.ts';
import { createKeyedHash } from '../core/crypto/keyed-hash.ts';
import { installSecurityList } from '../store/security-list-install.ts';
import type { ExitCode } from './cli-io.ts';
import { addListCommands } from './lists-command.ts';
import { runProgram } from './run-program.ts';

const oneKey = 'ab'.repeat(32);
const otherKey = 'cd'.repeat(32);
const heading = 'kind,effect,key,reason,since,until';
const aMoment = '2026-11-01T00:00:00+07:00';

interface Ran {
  readonly exitCode: ExitCode;
  readonly outs: readonly string[];
  readonly errs: readonly string[];
  readonly drawn: readonly string[];
}

async function halte(...argv: readonly string[]): Promise<Ran> {
  const io = createTestIo();
  const drawn: string[] = [];
  const ran = { io, exitCode: 0 as ExitCode };
  const program = new Command('halte');
  addListCommands(program, { io, now: someNow, draw: (text) => drawn.push(text) }, (exitCode) => {
    ran.exitCode = exitCode;
  });
  const exitCode = await runProgram(program, ran, ['lists', ...argv]);
  return { exitCode, outs: io.outs, errs: io.errs, drawn };
}

/** In a folder of its own. @returns the paths of table, file and identifier key. */
function aTable(...rows: readonly string[]) {
  const folder = aFolder();
  const [csv, out, key] = [join(folder, 'a.csv'), join(folder, 'a.hlist'), join(folder, 'id.key')];
  writeFileSync(csv, `${[heading, ...rows].join('\n')}\n`);
  writeFileSync(key, '07'.repeat(32), { mode: 0o600 });
  return { folder, csv, out, key };
}

async function built(...rows: readonly string[]) {
  const table = aTable(...rows);
  const ran = await halte('build', '--from', table.csv, '--out', table.out);
  expect(ran).toMatchObject({ exitCode: 0, errs: [] });
  return table;
}

test('builds a file that says the same under whatever order its table has', async () => {
  const rows = [`card,deny,${oneKey},lost,${aMoment},`, `account,deny,${otherKey},debt,,`];
  const [one, other] = [await built(...rows), await built(...rows.toReversed())];

  expect(hex(readFileSync(one.out))).toBe(hex(readFileSync(other.out)));
  const { outs } = await halte('show', one.out);
  expect(outs).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^entries +2$/),
      expect.stringMatching(/^account +deny +debt +1$/),
      expect.stringMatching(/^card +deny +lost +1$/),
    ]),
  );
});

test('builds a delta beside the next version', async () => {
  const { out: old } = await built(`account,deny,${oneKey},debt,,`);
  const { csv, out } = aTable(`account,deny,${otherKey},debt,,`);

  const argv = ['build', '--from', csv, '--out', out, '--delta-from', old, '--json'];
  const { outs, exitCode } = await halte(...argv);

  expect(exitCode).toBe(0);
  expect(JSON.parse(outs[0] ?? '')).toMatchObject({
    ...{ listId: 'security-list', version: 2, keyVersion: 1, entries: 1, repeated: [] },
    ...{ full: { path: out }, delta: { path: `${out}.delta`, baseVersion: 1, changes: 2 } },
  });
  const shown = await halte('show', `${out}.delta`, '--json');
  expect(JSON.parse(shown.outs[0] ?? '')).toMatchObject({ baseVersion: 1, removed: 1 });
});

test('refuses a delta from a list that it cannot lead from', async () => {
  const { out: old } = await built();
  const { csv, out } = aTable();

  for (const option of [
    ['--list-version', '1'],
    ['--id', 'other'],
    ['--key-version', '2'],
  ]) {
    const ran = await halte('build', '--from', csv, '--out', out, '--delta-from', old, ...option);
    expect(ran).toMatchObject({ exitCode: 1 });
    expect(ran.errs[0]).toMatch(/^lists\/no-successor/);
  }
});

test('names every wrong line, and writes nothing', async () => {
  const { csv, out } = aTable(
    `account,deny,${oneKey},debt,,`,
    `acount,deny,${oneKey},debt,,`,
    `card,refuse,${oneKey},lost,,`,
    'card,deny,04a1b2,lost,,',
    'card,deny,04a1b2c3d4e5f6,lost,,',
    `card,deny,${oneKey},sold,,`,
    `card,deny,${oneKey},lost,yesterday,`,
    `card,deny,${oneKey},lost,${aMoment},${aMoment}`,
    `card,deny,${oneKey}`,
    `card,"deny,${oneKey},lost,,`,
    'issuer-range,deny,936,other,,',
  );

  const { exitCode, outs, errs } = await halte('build', '--from', csv, '--out', out);

  expect(exitCode).toBe(1);
  expect(outs).toEqual([]);
  expect(errs.map((line) => line.replace(`${csv}:`, '').replace(/ → .*/, ''))).toEqual([
    '3 kind: an unknown word',
    '4 effect: an unknown word',
    '5 key: no key of kind card',
    '6 key: a number that is not hashed',
    '7 reason: an unknown word',
    '8 since: no moment',
    '9 until: not after since',
    '10: 3 cells',
    '11: quotation marks that do not match',
    '12 key: no issuer range',
    'lists/bad-table: 10 lines are wrong, nothing was written',
    '→ mend them and build again',
  ]);
  expect(existsSync(out)).toBe(false);
});

test.each([
  ['an empty file', '', 'it is empty'],
  ['an unknown column', `${heading},colour\n`, 'an unknown column'],
  ['a missing column', 'kind,effect\n', 'no column key'],
  ['a column twice', `${heading},kind\n`, 'a column stands twice'],
])('refuses %s', async (_, text, message) => {
  const { csv, out } = aTable();
  writeFileSync(csv, text);

  const { exitCode, errs } = await halte('build', '--from', csv, '--out', out);

  expect(exitCode).toBe(1);
  expect(errs[0]).toContain(message);
});

test('reports lines that repeat an earlier one, and refuses those that contradict it', async () => {
  const row = `card,deny,${oneKey},lost,,`;
  const { csv, out } = aTable(row, `account,deny,${otherKey},debt,,`, row);
  const { csv: contradicting } = aTable(row, `card,deny,${oneKey},lost,${aMoment},`);

  const repeated = await halte('build', '--from', csv, '--out', out);
  const refused = await halte('build', '--from', contradicting, '--out', `${out}2`);

  expect(repeated).toMatchObject({ exitCode: 0, errs: ['line 4 repeats line 2'] });
  expect(repeated.outs[0]).toContain('2 entries');
  expect(refused.exitCode).toBe(1);
  expect(refused.errs[0]).toContain(`${contradicting}:3: says something else`);
});

test('reads quoted cells, carriage returns, columns of its own order and empty lines', async () => {
  const { csv, out } = aTable();
  const row = `"${oneKey}",card,allow,"langganan ""6 bulan"", baru",umum`;
  writeFileSync(csv, `\uFEFFkey,kind,effect,product,rider_category\r\n${row}\r\n\r\n`);

  await halte('build', '--from', csv, '--out', out);
  const { outs } = await halte('lookup', out, oneKey, '--json');

  expect(JSON.parse(outs[0] ?? '')).toMatchObject({
    denied: false,
    entries: [
      {
        inForce: true,
        listing: { effect: 'allow', product: 'langganan "6 bulan", baru', riderCategory: 'umum' },
      },
    ],
  });
});

test('hashes numbers as the formats do, so that a device knows them again', async () => {
  const { csv, out, key } = aTable(
    'account,deny,9360091412345678907,debt,,',
    `ticket,deny,${someClaims().issuer}/${hex(someClaims().ticketId)},revoked,,`,
  );
  const withKey = ['--identifier-key', key];
  await halte('build', '--from', csv, '--out', out, ...withKey);
  const code = latin1(aQrisCode());
  const account = createKeyedHash(new Uint8Array(32).fill(7))(
    'account',
    utf8('9360091412345678907'),
  );

  expect((await halte('lookup', out, hex(account))).outs.at(-1)).toBe('denied');
  const ticket = await halte('lookup', out, '--token', hex(aTicket()), ...withKey);
  expect(ticket).toMatchObject({ exitCode: 1 });
  expect(ticket.outs[0]).toMatch(/^looked up {2}token +[0-9a-f]{64}$/);
  expect(ticket.outs[1]).toMatch(/ticket +deny +revoked/);
  const payment = await halte('lookup', out, '--token', code, ...withKey);
  expect(payment).toMatchObject({ exitCode: 0 });
  expect(payment.outs.at(-1)).toBe('not listed');
});

test('denies a lost card behind a payment code, and not the one that replaces it', async () => {
  const { csv, out, key } = aTable('card,deny,9360091412345678901/2712/01,lost,,');
  const withKey = ['--identifier-key', key];
  await halte('build', '--from', csv, '--out', out, ...withKey);
  const code = (sequence: string) =>
    latin1(aQrisCode({ '5F24': bytesOf('271231'), '5F34': bytesOf(sequence) }));

  const lost = await halte('lookup', out, '--token', code('01'), ...withKey);
  const replacement = await halte('lookup', out, '--token', code('02'), ...withKey, '--json');

  expect(lost).toMatchObject({ exitCode: 1 });
  expect(lost.outs.slice(0, 3).map((line) => line.slice(0, 20).trim())).toEqual([
    'looked up  token',
    'looked up  medium',
    'looked up  account',
  ]);
  expect(replacement).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(replacement.outs[0] ?? '')).toMatchObject({
    denied: false,
    keys: [
      ...['token', 'medium', 'account'].map((of) => ({ of, key: matching(/^[0-9a-f]{64}$/) })),
      ...['9360', '93600', '936009', '9360091', '93600914'].map((range) => ({
        of: 'issuer-range',
        key: range,
      })),
    ],
  });
});

test('looks an issuer up in a file and in the folder of a device, as of a time', async () => {
  const { out, folder } = await built(`issuer-range,deny,93600914,blocked,${aMoment},`);
  const lists = join(folder, 'lists');
  await installSecurityList(out, { folder: lists, keyVersion: 1 });

  for (const place of [out, lists]) {
    const before = await halte('lookup', place, '93600914', '--at', '2026-10-31T12:00:00Z');
    const after = await halte('lookup', place, '93600914', '--at', '2026-11-01T12:00:00Z');
    expect(before).toMatchObject({
      exitCode: 0,
      outs: [/not in force/, 'not denied'].map(matching),
    });
    expect(after).toMatchObject({
      exitCode: 1,
      outs: [/^93600914 .*blocked/, 'denied'].map(matching),
    });
  }
});

function matching(one: RegExp | string) {
  return typeof one === 'string' ? one : expect.stringMatching(one);
}

test.each([
  ['no key', [], 2, /KEY/],
  ['half a key', ['abcd'], 1, /^lists\/bad-key/],
  ['a token without a key to hash it', ['--token', 'x'], 2, /--identifier-key/],
])('says what to give when there is %s', async (_, argv, expected, message) => {
  const { out } = await built();

  const { exitCode, errs } = await halte('lookup', out, ...argv);

  expect(exitCode).toBe(expected);
  expect(errs[0]).toMatch(message);
});

test.each(['show', 'lookup'])('%s names the byte at which a file is damaged', async (command) => {
  const { out } = await built(`account,deny,${oneKey},debt,,`);
  const bytes = readFileSync(out);
  writeFileSync(out, bytes.subarray(0, -1));

  const { exitCode, errs } = await halte(command, out, ...(command === 'show' ? [] : [oneKey]));

  expect(exitCode).toBe(1);
  expect(errs[0]).toContain(`lists/damaged: ${out}: byte ${bytes.length - 1}: `);
});

test('draws its progress on a terminal and wipes it away', async () => {
  const { out } = await built(`account,deny,${oneKey},debt,,`);

  const { drawn } = await halte('show', out);

  expect(drawn[0]).toContain('100 %');
  expect(drawn.at(-1)).toBe('\r\u001b[2K');
});
