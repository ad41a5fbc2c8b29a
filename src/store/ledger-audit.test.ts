import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import { aFolder, aLedger, fill, receiptFor } from '../../sim/testing/ledger-builders.ts';
import type { LedgerCursor } from './ledger-outbox.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

/** Closes a ledger of two epochs with three rows each, changes it behind its back, opens it again. */
function aLedgerTamperedWith(sql: string) {
  const path = join(aFolder(), 'ledger.db');
  const before = aLedger({ path });
  fill(before, 3);
  before.outbox.acknowledge(receiptFor(before.head), new Uint8Array());
  before.leaveForkedEpoch();
  fill(before, 3);
  before.close();
  const raw = new Database(path);
  raw.exec(sql);
  raw.close();
  return aLedger({ path });
}

test('finds no fault in what nobody touched', () => {
  const ledger = aLedgerTamperedWith('');

  expect(ledger.audit.verify()).toEqual({ rows: 6 });
});

const changedByte = `cast(substr(bytes, 1, 20) || x'58' || substr(bytes, 22) as blob)`;

test.each([
  ['a changed byte', `update row set bytes = ${changedByte} where epoch = 1 and seq = 2`, [1, 2]],
  ['a changed hash', 'update row set hash = zeroblob(32) where epoch = 2 and seq = 1', [2, 1]],
  ['a missing row', 'delete from row where epoch = 2 and seq = 2', [2, 3]],
  ['a missing first row', 'delete from row where epoch = 1 and seq = 1', [1, 2]],
  ['a missing row that has a receipt', 'delete from row where epoch = 1 and seq = 3', [1, 3]],
  [
    'two rows that changed places',
    `update row set seq = -seq where epoch = 2 and seq < 3;
     update row set seq = 3 + seq where seq < 0`,
    [2, 1],
  ],
  [
    'a row moved to another epoch',
    'update row set epoch = 2, seq = 4 where epoch = 1 and seq = 3',
    [1, 3],
  ],
])('finds %s', (_what, sql, place) => {
  const { broken } = aLedgerTamperedWith(sql).audit.verify();

  expect([broken?.epoch, broken?.seq]).toEqual(place);
});

test('says what is wrong, and how many rows were right before it', () => {
  const ledger = aLedgerTamperedWith('delete from row where epoch = 2 and seq = 2');

  const broken = { epoch: 2, seq: 3, what: 'seq follows 1' };
  expect(ledger.audit.verify()).toEqual({ rows: 4, broken });
});

test('lists rows page by page over epochs, each once, in order', () => {
  const ledger = aLedgerTamperedWith('');
  const places: unknown[] = [];
  let cursor: LedgerCursor | undefined;

  for (;;) {
    const page = ledger.audit.entries(2, cursor);
    cursor = page.at(-1);
    if (cursor === undefined) break;
    places.push(page.map(({ epoch, seq, sent }) => `${epoch}/${seq} ${sent}`));
  }

  expect(places).toEqual([
    ['1/1 true', '1/2 true'],
    ['1/3 true', '2/1 false'],
    ['2/2 false', '2/3 false'],
  ]);
});

test('lists epochs in the order in which they began, not by their numbers', () => {
  const numbers = [900, 17];
  const ledger = aLedger({ mintEpoch: () => numbers.shift() ?? 1 });
  fill(ledger, 1);
  ledger.leaveForkedEpoch();
  fill(ledger, 1);

  expect(ledger.audit.entries(9).map(({ epoch }) => epoch)).toEqual([900, 17]);
  expect(ledger.audit.entries(9, { epoch: 900, seq: 1 }).map(({ epoch }) => epoch)).toEqual([17]);
});

test('shows what each row holds, and that it knows nothing of a foreign one', () => {
  const ledger = aLedgerTamperedWith("update row set bytes = x'00' where epoch = 1 and seq = 1");

  const [foreign, known] = ledger.audit.entries(2);

  expect(foreign).toEqual({ epoch: 1, seq: 1, sent: true, row: undefined });
  expect(known?.row).toMatchObject({ kind: 'tap', monotonicAt: 2, wallAt: someNow });
});

test('lists the newest rows first, over epochs, and not more than it is asked for', () => {
  const ledger = aLedgerTamperedWith('');

  const newest = ledger.audit.newest(4).map(({ epoch, seq, sent }) => `${epoch}/${seq} ${sent}`);

  expect(newest).toEqual(['2/3 false', '2/2 false', '2/1 false', '1/3 true']);
});
