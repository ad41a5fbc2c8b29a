/** The result of `halte bench lists` as a value and as lines for people. */
import { type Row, rowLines } from '../../src/cli/inspect-rows.ts';
import type { ContestResult } from './contest.ts';
import type { ListsFigures } from './lists.ts';
import type { Machine } from './machine.ts';

/** What a device can afford, at ten million entries. */
export const listBudgets = {
  lookupP99Us: 200,
  addedBytes: 32 * 1_024 * 1_024,
  openMs: 100,
} as const;

export interface ListsReport extends ListsFigures {
  readonly bench: 'lists';
  readonly machine: Machine;
  readonly entries: number;
  readonly rounds: number;
  /** Every budget is kept. */
  readonly ok: boolean;
  readonly verdicts: { readonly [What in keyof typeof listBudgets]: boolean };
}

export interface ListsMeasured extends Pick<ListsReport, 'machine' | 'entries' | 'rounds'> {
  readonly figures: ListsFigures;
}

export function reportOnLists({ figures, ...run }: ListsMeasured): ListsReport {
  const { denied, unlisted, addedBytes, openMs } = figures;
  const verdicts = {
    // What could not be measured, NaN, is none that is kept.
    lookupP99Us: [denied, unlisted].every(({ work }) => work.p99 <= listBudgets.lookupP99Us),
    addedBytes: addedBytes <= listBudgets.addedBytes,
    openMs: openMs <= listBudgets.openMs,
  };
  const ok = Object.values(verdicts).every((kept) => kept);
  return { bench: 'lists', ...run, ok, verdicts, ...figures };
}

export function listsLines(report: ListsReport, inColour: boolean): readonly string[] {
  const { machine, entries, rounds, verdicts } = report;
  const { cpu, cores, architecture, node, load } = machine;
  const { addedBytes, openMs, fileBytes, deltaBytes, databaseBytes } = report;
  const { writing, installing, changing } = report;
  const held = (ms: number) => `others waited ${ms.toFixed(0)} ms at most`;
  const rows: readonly Row[] = [
    [{ text: `${cpu}, ${cores} cores, ${architecture}, node ${node}, load ${load.toFixed(1)}` }],
    [{ text: `${entries.toLocaleString('en')} entries, ${rounds} rounds` }],
    [{ text: '' }],
    [
      {
        text: 'microseconds             page p50   p99  lookup p50   p99  ratio p50   p99',
        colour: 'bold',
      },
    ],
    lookupRow('denied', report.denied),
    lookupRow('not listed', report.unlisted),
    [{ text: '' }],
    budgetRow('lookup p99', `${worst(report).toFixed(0)} µs`, verdicts.lookupP99Us, '200 µs'),
    budgetRow('memory added', mebibytes(addedBytes), verdicts.addedBytes, '32.0 MiB'),
    budgetRow('opening', `${openMs.toFixed(1)} ms`, verdicts.openMs, '100 ms'),
    [{ text: '' }],
    [{ text: `full file ${mebibytes(fileBytes)}, database ${mebibytes(databaseBytes)}` }],
    [{ text: `written in ${writing.seconds.toFixed(1)} s` }],
    [{ text: `installed in ${installing.seconds.toFixed(1)} s; ${held(installing.heldUpMs)}` }],
    [
      {
        text: `delta of ${changing.changes} changes, ${mebibytes(deltaBytes)}, applied in ${changing.seconds.toFixed(1)} s; ${held(changing.heldUpMs)}`,
      },
    ],
  ];
  return rows.flatMap((row) => rowLines(row, { inColour, columns: undefined }));
}

function worst({ denied, unlisted }: ListsReport): number {
  return Math.max(denied.work.p99, unlisted.work.p99);
}

function lookupRow(name: string, { floor, work, ratioP50, ratioP99 }: ContestResult): Row {
  const cells = [
    floor.p50.toFixed(1).padStart(9),
    floor.p99.toFixed(1).padStart(6),
    work.p50.toFixed(1).padStart(12),
    work.p99.toFixed(1).padStart(6),
    ratioP50.median.toFixed(2).padStart(11),
    ratioP99.median.toFixed(2).padStart(6),
  ];
  return [{ text: name.padEnd(24) + cells.join('') }];
}

function budgetRow(name: string, text: string, ok: boolean, budget: string): Row {
  return [
    { text: name, width: 24 },
    { text: text.padStart(9), width: 11 },
    { text: `of ${budget}`, width: 14 },
    ok ? { text: 'ok', colour: 'green' } : { text: 'over', colour: 'red' },
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MiB`;
}
