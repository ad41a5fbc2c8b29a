import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import { moment } from '../../sim/testing/moments.ts';
import { aRulesFolder } from '../../sim/testing/rules-folder.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { buildRules, explainRules, showRules } from './rules.ts';

/** Whole networks are read: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const fixtures = join(import.meta.dirname, '../../fixtures');
const [semarang, bahari] = ['trans-semarang', 'bahari-metro'].map((one) => join(fixtures, one)) as [
  string,
  string,
];

function explained(folder: string, scenario: string): readonly string[] {
  const io = createTestIo();
  explainRules(folder, { scenario }, { io, now: someNow });
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

const calendar = (through: string) => ({
  'calendar.txt': [
    'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date',
    'early,1,1,1,1,1,1,1,20260101,20260131',
    `last,1,1,1,1,1,1,1,20260101,${through}`,
    '',
  ].join('\n'),
});

test.each<[string, string, RegExp]>([
  ['ended', '20261101', /calendar\.txt:3 end_date: the calendar ended 1 day ago, 2026-11-01 → add/],
  ['ends on this service day', '20261102', /the calendar ends today, 2026-11-02 →/],
  ['ends within a month', '20261202', /the calendar ends in 30 days, 2026-12-02 →/],
])('warns of a calendar that %s, when rules are built and explained', (_, through, warning) => {
  const rules = aRulesFolder({ dayBeginsAt: '03:00' }, calendar(through));
  const out = `${rules}.bin`;
  // In Semarang the second of November lasts until three in the morning.
  const run = { io: createTestIo(), now: moment('2026-11-03T02:59+07:00') };

  buildRules(rules, { out, json: true }, run);
  explainRules(out, { json: true }, run);
  explainRules(out, {}, run);

  expect(run.io.errs.filter((line) => warning.test(line))).toHaveLength(3);
  const told = run.io.outs.slice(0, 2).map((line) => JSON.parse(line).warnings.at(-1));
  expect(told).toEqual([told[0], told[0]]);
  expect(told[0]).toMatchObject({ severity: 'warning', code: 'calendar-ends', line: 3 });
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['goes on for longer', calendar('20261203')],
  [
    'goes on in added days',
    {
      ...calendar('20261103'),
      'calendar_dates.txt': 'service_id,date,exception_type\nlast,20261203,1\n',
    },
  ],
  ['is not there', {}],
])('says nothing of a calendar that %s', (_, files) => {
  const run = { io: createTestIo(), now: moment('2026-11-02T07:00+07:00') };

  explainRules(aRulesFolder({}, files), { json: true }, run);

  expect(JSON.parse(run.io.outs[0] ?? '')).toMatchObject({ warnings: [] });
  expect(run.io.errs).toEqual([]);
});
