/** The result of `halte bench tokens` as a value and as lines for people. */
import { type Cell, type Row, rowLines } from '../../src/cli/inspect-rows.ts';
import type { Machine } from './machine.ts';
import { allocationBytesMax, type CaseResult, type HostileResult } from './tokens.ts';

export interface TokenReport {
  readonly bench: 'tokens';
  readonly machine: Machine;
  readonly rounds: number;
  /** Pairs of samples of each case in each round. */
  readonly samples: number;
  /** Every budget is kept. */
  readonly ok: boolean;
  readonly cases: readonly (CaseResult & { readonly ok: boolean | null })[];
  readonly hostile: readonly (HostileResult & { readonly ok: boolean })[];
}

export interface Measured extends Pick<TokenReport, 'machine' | 'rounds' | 'samples'> {
  readonly cases: readonly CaseResult[];
  readonly hostile: readonly HostileResult[];
}

export function reportOn({ machine, rounds, samples, ...measured }: Measured): TokenReport {
  const cases = measured.cases.map((one) => ({ ...one, ok: isWithin(one) }));
  const hostile = measured.hostile.map((one) => ({
    ...one,
    ok: one.allocatedBytes <= allocationBytesMax[one.kind],
  }));
  const ok = [...cases, ...hostile].every((one) => one.ok !== false);
  return { bench: 'tokens', machine, rounds, samples, ok, cases, hostile };
}

/** A ratio that could not be measured is none that is kept. */
function isWithin({ ratioMax, ratioP99 }: CaseResult): boolean | null {
  return ratioMax === null ? null : ratioP99.median <= ratioMax;
}

export function linesOf(report: TokenReport, inColour: boolean): readonly string[] {
  const { machine, cases, rounds, samples } = report;
  const { cpu, cores, architecture, node, load } = machine;
  const kept = cases.reduce((sum, one) => sum + one.kept, 0) / (cases.length * rounds * samples);
  const interrupted = `${((1 - kept) * 100).toFixed(1)} % of them left out as interrupted`;
  const rows: readonly Row[] = [
    [{ text: `${cpu}, ${cores} cores, ${architecture}, node ${node}, load ${load.toFixed(1)}` }],
    [{ text: `${rounds} rounds of ${samples} pairs of samples; ${interrupted}` }],
    blank,
    headingRow(),
    ...cases.map(caseRow),
    blank,
    ...(['false-length', 'burden'] as const).map((kind) => allocationRow(report, kind)),
  ];
  return rows.flatMap((row) => rowLines(row, { inColour, columns: undefined }));
}

const blank: Row = [{ text: '' }];

/** Text of a cell and the width of its column; numbers stand at the right. */
type Column = readonly [heading: string, width: number, textOf: (one: JudgedCase) => string];
type JudgedCase = TokenReport['cases'][number];

const names: Column = ['code', 27, ({ name }) => name];
const numbers: readonly Column[] = [
  ['bare p50', 9, ({ floor }) => floor.p50.toFixed(0)],
  ['p99', 6, ({ floor }) => floor.p99.toFixed(0)],
  ['judged p50', 12, ({ work }) => work.p50.toFixed(0)],
  ['p99 µs', 8, ({ work }) => work.p99.toFixed(0)],
  ['ratio p50', 11, ({ ratioP50 }) => ratioP50.median.toFixed(2)],
  ['p99', 6, ({ ratioP99 }) => ratioP99.median.toFixed(2)],
  ['spread', 11, ({ ratioP99: { least, most } }) => `${least.toFixed(2)}–${most.toFixed(2)}`],
  ['budget', 8, ({ ratioMax }) => (ratioMax === null ? '–' : ratioMax.toFixed(2))],
  ['KiB', 7, (one) => kibibytes(one.allocatedBytes)],
];

function headingRow(): Row {
  const cells = numbers.map(([heading, width]) => heading.padStart(width));
  const text = `${names[0].padEnd(names[1])}${cells.join('')}        bare is`;
  return [{ text, colour: 'bold' }];
}

function caseRow(one: JudgedCase): Row {
  const cells = numbers.map(([, width, textOf]) => textOf(one).padStart(width));
  return [
    { text: names[2](one).padEnd(names[1]) + cells.join('') },
    { text: '', width: 2 },
    markOf(one.ok),
    { text: one.floorName },
  ];
}

function markOf(ok: boolean | null): Cell {
  const width = 6;
  if (ok === null) return { text: '–', width, colour: 'dim' };
  return ok ? { text: 'ok', width, colour: 'green' } : { text: 'over', width, colour: 'red' };
}

const kinds = {
  'false-length': 'that claim 64 KiB and more',
  burden: 'that are wide, deep or long',
} as const;

/** The greediest of a kind stands for all. */
function allocationRow({ hostile }: TokenReport, kind: HostileResult['kind']): Row {
  const ofKind = hostile.filter((one) => one.kind === kind);
  const [most] = ofKind.toSorted((left, right) => right.allocatedBytes - left.allocatedBytes);
  if (most === undefined) return [{ text: `no codes ${kinds[kind]}` }];
  const max = kibibytes(allocationBytesMax[kind]);
  const text = `${ofKind.length} codes ${kinds[kind]}: at most ${kibibytes(most.allocatedBytes)} KiB of ${max}`;
  return [{ text: `${text}  ` }, markOf(most.ok), { text: `${most.format}: ${most.name}` }];
}

function kibibytes(bytes: number): string {
  return (bytes / 1_024).toFixed(1);
}
