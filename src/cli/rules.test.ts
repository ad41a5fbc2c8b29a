import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { explainRules, showRules } from './rules.ts';

/** Whole networks are read: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const fixtures = join(import.meta.dirname, '../../fixtures');
const [semarang, bahari] = ['trans-semarang', 'bahari-metro'].map((one) => join(fixtures, one)) as [
  string,
  string,
];

function explained(folder: string, scenario: string): readonly string[] {
  const io = createTestIo();
  explainRules(folder, { scenario }, io);
  return io.outs;
}

test('tells the whole way to a fare, with what came of the taps before', () => {
  const lines = explained(bahari, 'B091');

  expect(lines.slice(0, 6)).toEqual([
    'B091: Forgot to leave, takes a local bus, enters',
    'A rider without a category, card, Tuesday 2026-11-24',
    '',
    '  07:30 rapid-1 harbour  AUD 0.00 for rapid-1: entry-recorded',
    '  11:00 local-3 harbour  AUD 2.00 for local: fare-debited',
    '  12:30 rapid-1 harbour  ← this one',
  ]);
  expect(lines).toContain(
    '  ✓ entry                an entry was left without an exit: AUD 4.80 for it now',
  );
  expect(lines.slice(-3)).toEqual([
    'ACCEPTED: fare-debited (103), “Pembayaran berhasil” / “Fare paid”',
    'AUD 4.80 for rapid-1-off-peak, on the basis verified',
    'As scenarios.csv expects.',
  ]);
});

test.each([
  [
    'a refusal by the first rule that objects',
    'S223',
    '  ✗ purse-covers         if a purse, it holds enough: not so, balance-too-low',
  ],
  ['what the backend was asked', 'S042', '  ? backend              was asked: declined'],
  ['what the crew takes', 'S278', 'CASH: Rp 4.000 for umum, counted by the crew'],
  [
    'a transfer on a ticket',
    'S296',
    '  ✓ ticket               a transfer for nothing uses no ride of the ticket',
  ],
])('tells %s', (_, id, line) => {
  expect(explained(semarang, id)).toContain(line);
});

test('names the scenarios that there are when one is not', () => {
  expect(() => explained(semarang, 'S9999')).toThrow('no scenario "S9999"');
});

test('lays every table in columns', () => {
  const io = createTestIo();
  showRules(bahari, {}, io);

  const tables = io.outs.join('\n').split('\n\n').slice(1);
  const titles = tables.map((table) => table.split('\n')[0]);

  expect(titles).toEqual([
    ...['Fare products', 'Fares of a leg', 'Transfers', 'Bought before the ride', 'Routes'],
    ...['Entering and leaving', 'Caps', 'Passback'],
  ]);
  expect(io.outs).toContain('  weekend-pass boarding in quiet');
  expect(io.outs).toContain('  three-hours 180 min       AUD 6.00 adult');
});
