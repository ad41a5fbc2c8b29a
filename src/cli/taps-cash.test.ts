import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { aBatch, aFolder } from '../../sim/testing/ledger-builders.ts';
import { moment } from '../../sim/testing/moments.ts';
import { aRowOfEachKind } from '../../sim/testing/row-builders.ts';
import { aRulesFolder } from '../../sim/testing/rules-folder.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { openSqliteStore } from '../backend/sql-store.ts';
import { encodeRow, type Row } from '../core/ledger/row.ts';
import { tellCash } from './taps-cash.ts';

vi.setConfig({ testTimeout: 20_000 });

type Change = Readonly<Record<string, unknown>>;

/** Half past six in the morning in Semarang. */
const morning = { wallAt: moment('2026-11-02T06:30+07:00') };
const semarang = join(import.meta.dirname, '../../fixtures/trans-semarang');

const sold = (riders: number, change: Change = {}) =>
  ({
    ...{ ...aRowOfEachKind['cash-fare'], ...morning, numRiders: riders, amount: riders * 4_000 },
    ...change,
  }) as Row;
const counted = (riders: number, change: Change = {}) =>
  ({
    ...{ ...aRowOfEachKind['rider-count'], ...morning, numRiders: riders, riderCategory: 'umum' },
    ...change,
  }) as Row;
const voided = (voidedSeq: number, voidedEpoch = 1) =>
  ({ ...aRowOfEachKind.void, ...morning, voidedEpoch, voidedSeq }) as Row;

interface Told {
  readonly device: string;
  readonly epoch?: number;
  readonly rows: readonly Row[];
}

async function aLedgerOf(...told: readonly Told[]): Promise<string> {
  const path = join(aFolder(), 'backend.db');
  const store = openSqliteStore(path);
  for (const { rows, ...options } of told) {
    await store.ingest(aBatch(rows.map(encodeRow), options), morning.wallAt);
  }
  await store.close();
  return `sqlite:${path}`;
}

async function groupsIn(db: string, rules = semarang) {
  const io = createTestIo();
  expect(await tellCash({ db, rules, json: true }, io)).toBe(0);
  return io.outs.map((line) => JSON.parse(line));
}

test('shows whom a driver counted and sold nothing, by category', async () => {
  const pelajar = { riderCategory: 'pelajar' };
  const rows = [counted(5), sold(2), sold(1), counted(2, pelajar), sold(2, pelajar)];
  const io = createTestIo();

  await tellCash({ db: await aLedgerOf({ device: 'bus-7', rows }), rules: semarang }, io);

  expect(io.outs).toEqual([
    '  device day        rider   counted sold taken back amount    difference',
    '  bus-7  2026-11-02 pelajar 2       2    0          Rp 8.000  0',
    '  bus-7  2026-11-02 umum    5       3    0          Rp 12.000 2',
    '7 riders counted, 5 sold for Rp 20.000, difference 2',
  ]);
});

test('leaves out what was taken back, wherever the void stands', async () => {
  const db = await aLedgerOf(
    { device: 'bus-7', epoch: 1, rows: [voided(1, 2), counted(3), sold(2), voided(3)] },
    { device: 'bus-7', epoch: 2, rows: [sold(1), sold(1)] },
    { device: 'bus-8', epoch: 1, rows: [counted(1), sold(1), sold(1)] },
  );

  expect(await groupsIn(db)).toMatchObject([
    { device: 'bus-7', counted: 3, sold: 1, takenBack: 3, amounts: { IDR: 4_000 }, difference: 2 },
    { device: 'bus-8', counted: 1, sold: 2, takenBack: 0, amounts: { IDR: 8_000 }, difference: -1 },
  ]);
});

test('parts the days where the service day of the rules begins', async () => {
  const at = (iso: string) => ({ wallAt: moment(iso) });
  const rows = [
    counted(1, at('2026-11-02T23:59+07:00')),
    counted(2, at('2026-11-03T02:59+07:00')),
    counted(4, at('2026-11-03T03:00+07:00')),
  ];
  const db = await aLedgerOf({ device: 'bus-7', rows });

  const days = (await groupsIn(db, aRulesFolder({ dayBeginsAt: '03:00' }))).map(
    ({ day, counted: riders }) => [day, riders],
  );

  expect(days).toEqual([
    ['2026-11-02', 3],
    ['2026-11-03', 4],
  ]);
});

test('says which days are of a clock that was not trusted', async () => {
  const rows = [counted(1), counted(1, { wallAt: 0, clockQuality: 'untrusted' })];
  const db = await aLedgerOf({ device: 'bus-7', rows });
  const io = createTestIo();

  await tellCash({ db, rules: semarang }, io);

  expect(io.outs[1]).toContain('1970-01-01?');
  expect(io.outs[2]).toContain('2026-11-02 ');
  expect(io.outs.at(-1)).toMatch(/^\? some rows/);
});

test('holds out rows of a device that writes nonsense', async () => {
  const rows = [
    sold(1, { currencyType: 'nonsense', riderCategory: '\u001b[2J' }),
    counted(1, { wallAt: Number.MAX_SAFE_INTEGER, riderCategory: '' }),
  ];
  const db = await aLedgerOf({ device: 'bus-7', rows });
  const io = createTestIo();

  await tellCash({ db, rules: semarang }, io);

  expect(io.outs.join('\n')).not.toContain('\u001b');
  expect(io.outs.join('\n')).toContain('no date');
  expect(io.outs.join('\n')).toContain('4000 nonsense');
});

test('says so when nothing was counted or sold', async () => {
  const io = createTestIo();

  await tellCash({ db: await aLedgerOf(), rules: semarang }, io);

  expect(io.outs).toEqual(['no riders were counted, and nothing was sold for cash']);
});

test.each([
  ['a ledger that is not there', { db: 'sqlite:/nowhere/halte.db' }, 'taps/no-ledger'],
  ['a database of another kind', { db: 'mysql://x' }, 'backend/bad-db'],
  ['rules that are not there', { db: 'sqlite:x', rules: '/nowhere' }, 'rules/invalid'],
])('refuses %s', async (_, options, code) => {
  await expect(tellCash({ rules: semarang, ...options }, createTestIo())).rejects.toMatchObject({
    code,
  });
});
