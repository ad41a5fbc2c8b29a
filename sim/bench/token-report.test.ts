import { expect, test } from 'vitest';
import { linesOf, type Measured, reportOn } from './token-report.ts';
import { allocationBytesMax, type CaseResult, type HostileResult } from './tokens.ts';

function aCase(change: Partial<CaseResult> = {}): CaseResult {
  return {
    name: 'ticket',
    floorName: 'its verification',
    ratioMax: 2,
    floor: { p50: 70, p99: 100 },
    work: { p50: 100, p99: 150 },
    ratioP50: { median: 1.43, least: 1.4, most: 1.5 },
    ratioP99: { median: 1.5, least: 1.2, most: 2.4 },
    kept: 10,
    allocatedBytes: 2_048,
    ...change,
  };
}

function aHostile(change: Partial<HostileResult> = {}): HostileResult {
  const some = { format: 'halte-ticket', name: 'bytes of 4 GiB', kind: 'false-length' } as const;
  return { ...some, bytes: 20, allocatedBytes: 1_024, ...change };
}

function aReport(change: Partial<Measured> = {}) {
  const machine = { cpu: 'CPU', cores: 2, architecture: 'x64', node: 'v24.0.0', load: 0.5 };
  const measured = { machine, rounds: 1, samples: 10, cases: [aCase()], hostile: [aHostile()] };
  return reportOn({ ...measured, ...change });
}

const ratioOver = { median: 2.01, least: 2, most: 3 };

test('is well when the median ratio and every allocation keep their budget', () => {
  expect(aReport().ok).toBe(true);
});

test.each([
  ['a ratio at p99 is over', { cases: [aCase({ ratioP99: ratioOver })] }],
  ['no sample was kept', { cases: [aCase({ ratioP99: { ...ratioOver, median: Number.NaN } })] }],
  [
    'a false length allocates too much',
    { hostile: [aHostile({ allocatedBytes: allocationBytesMax['false-length'] + 1 })] },
  ],
])('is not well when %s', (_, change) => {
  expect(aReport(change).ok).toBe(false);
});

test('judges nothing that is shown for information', () => {
  const shown = aCase({ ratioMax: null, ratioP99: ratioOver });

  const report = aReport({ cases: [shown] });

  expect(report.ok).toBe(true);
  expect(report.cases[0]?.ok).toBeNull();
});

test('prints a line for each case, aligned under its heading', () => {
  const lines = linesOf(aReport({ cases: [aCase(), aCase({ ratioP99: ratioOver })] }), false);
  const [heading = '', first = '', second = ''] = lines.slice(3);

  expect(first).toContain('1.20–2.40    2.00    2.0  ok    its verification');
  expect(second).toContain('over  its verification');
  expect(first.indexOf('its verification')).toBe(heading.indexOf('bare is'));
});

test('names the greediest of the hostile codes', () => {
  const greedy = aHostile({ name: 'map of 4 Gi', allocatedBytes: 60 * 1_024 });

  const lines = linesOf(aReport({ hostile: [aHostile(), greedy] }), false);

  expect(lines.at(-2)).toContain('at most 60.0 KiB of 48.0  over  halte-ticket: map of 4 Gi');
});

test('has colours on a terminal only', () => {
  const coloured = linesOf(aReport(), true).join('\n');

  expect(coloured).toContain('\u001b[32m');
  expect(linesOf(aReport(), false).join('\n')).not.toContain('\u001b');
});
