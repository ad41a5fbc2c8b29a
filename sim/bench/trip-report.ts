/** The result of `halte bench trip` as a value and as lines for people. */
import { type Row, rowLines } from '../../src/cli/inspect-rows.ts';
import type { Machine } from './machine.ts';
import type { TripFigures } from './trip.ts';

/** Positions come once a second, between taps: one in a thousand may take longer, microseconds. */
export const tripBudgetUs = 2_000;

export interface TripReport {
  readonly bench: 'trip';
  readonly machine: Machine;
  readonly rounds: number;
  readonly ok: boolean;
  readonly routeSet: TripFigures;
  readonly noRouteSet: TripFigures;
}

export function reportOnTrip(measured: Omit<TripReport, 'bench' | 'ok'>): TripReport {
  const { routeSet, noRouteSet } = measured;
  return { bench: 'trip', ...measured, ok: [routeSet, noRouteSet].every(isWithin) };
}

export function tripLines(report: TripReport, inColour: boolean): readonly string[] {
  const { cpu, cores, architecture, node, load } = report.machine;
  const rows: readonly Row[] = [
    [{ text: `${cpu}, ${cores} cores, ${architecture}, node ${node}, load ${load.toFixed(1)}` }],
    [{ text: `microseconds a position, the fastest of ${report.rounds}` }],
    [{ text: '' }],
    [{ text: `${' '.repeat(24)}      p50     p99   p99.9   worst  budget`, colour: 'bold' }],
    figuresRow('route set', report.routeSet),
    figuresRow('no route set', report.noRouteSet),
  ];
  return rows.flatMap((row) => rowLines(row, { inColour, columns: undefined }));
}

/** What could not be measured, NaN, is within no budget. */
function isWithin({ p999 }: TripFigures): boolean {
  return p999 <= tripBudgetUs;
}

function figuresRow(name: string, figures: TripFigures): Row {
  const { p50, p99, p999, worst } = figures;
  const cells = [p50, p99, p999, worst].map((cost) => cost.toFixed(1).padStart(8)).join('');
  return [
    { text: `${name.padEnd(25)}${cells}`, width: 58 },
    { text: `${tripBudgetUs}`.padStart(7), width: 9 },
    isWithin(figures) ? { text: 'ok', colour: 'green' } : { text: 'over', colour: 'red' },
  ];
}
