import { expect, test } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { genesisHash, rowHash } from '../../src/core/ledger/chain.ts';
import { encodeRow } from '../../src/core/ledger/row.ts';
import { aTapRow } from '../testing/row-builders.ts';
import { checkHistory, type StoredRow } from './history-checker.ts';

const device = 'bus-1';

/** Three taps of 3,500 as a device wrote them and an honest backend stores them. */
function aHistory() {
  let previous: Uint8Array = genesisHash;
  const stored: StoredRow[] = [1, 2, 3].map((seq) => {
    const payload = encodeRow(aTapRow({ monotonicAt: seq, amount: 3_500 }));
    previous = rowHash({ device, epoch: 1, seq }, previous, payload);
    return { device, epoch: 1, seq, hash: previous, payload, amount: 3_500 };
  });
  const logged = stored.map(({ seq, hash, amount }) => {
    const place = { device, epoch: 1, seq };
    return { ...place, hash: hex(hash), isGreen: true, amount: amount ?? undefined };
  });
  return { logged, stored };
}

function ledgerOf(stored: readonly StoredRow[], quarantined = 0) {
  return {
    async *rows() {
      yield* stored;
    },
    quarantined: async () => quarantined,
  };
}

const swapped = (rows: readonly StoredRow[], change: (row: StoredRow) => Partial<StoredRow>) =>
  rows.map((row) => (row.seq === 2 ? { ...row, ...change(row) } : row));

test('finds no fault in a history that is whole', async () => {
  const { logged, stored } = aHistory();

  const verdict = await checkHistory(logged, ledgerOf(stored));

  expect(verdict).toMatchObject({ greens: 3, rows: 3, faults: 0, broken: [] });
  expect(verdict).toMatchObject({ amountLogged: 10_500, amountStored: 10_500 });
});

test.each<[string, (rows: readonly StoredRow[]) => readonly StoredRow[], string]>([
  ['the last row is lost', (rows) => rows.slice(0, -1), 'bus-1 1/3: lost, and the rider saw green'],
  ['a row in between is lost', (rows) => rows.filter(({ seq }) => seq !== 2), 'bus-1 1/2: lost'],
  ['a device is lost', () => [], 'bus-1 1/1: lost'],
  [
    'a tap stands there twice',
    (rows) => [...rows, ...rows.slice(2).map((row) => ({ ...row, seq: 4 }))],
    'bus-1 1/4: no device wrote it',
  ],
  [
    'an amount is doubled',
    (rows) => swapped(rows, () => ({ amount: 7_000 })),
    'bus-1 1/2: 7000 is not what was paid',
  ],
  [
    'an amount is gone',
    (rows) => swapped(rows, () => ({ amount: null })),
    'the amounts sum up to 7000 in place of 10500',
  ],
  [
    'one byte is another',
    (rows) => swapped(rows, ({ payload }) => ({ payload: payload.with(-1, 0x7f) })),
    'bus-1 1/2: the chain is broken',
  ],
  [
    'a hash is another',
    (rows) => swapped(rows, ({ hash }) => ({ hash: hash.with(0, 256 - (hash[0] ?? 0)) })),
    'bus-1 1/2: another hash',
  ],
  [
    'a row hangs on another one',
    (rows) => {
      const payload = encodeRow(aTapRow({ amount: 3_500 }));
      const hash = rowHash({ device, epoch: 1, seq: 2 }, genesisHash, payload);
      return swapped(rows, () => ({ payload, hash }));
    },
    'bus-1 1/3: the chain is broken',
  ],
])('tells when %s', async (_, spoil, told) => {
  const { logged, stored } = aHistory();

  const { faults, broken } = await checkHistory(logged, ledgerOf(spoil(stored)));

  expect(faults).toBeGreaterThan(0);
  expect(broken.join('\n')).toContain(told);
});

test('tells of rows in quarantine, and of a place that a device gave twice', async () => {
  const { logged, stored } = aHistory();

  const verdict = await checkHistory([...logged, ...logged.slice(0, 1)], ledgerOf(stored, 2));

  expect(verdict.broken).toContain('2 rows in quarantine');
  expect(verdict.broken).toContain('a device gave one place to two rows');
});
