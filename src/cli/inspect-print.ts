/**
 * The report of `halte inspect` as lines: aligned columns, colours for a terminal, long values
 * wrapped beneath themselves. It decides nothing about what there is to tell.
 */
import { formatMoney } from '../core/money.ts';
import { reasons } from '../core/reason.ts';
import type { Situation } from '../core/rules/rule.ts';
import { offsetAt } from '../core/time/local-time.ts';
import type { Check } from './inspect-checks.ts';
import type { Fact } from './inspect-facts.ts';
import { fieldRows } from './inspect-fields.ts';
import type { InspectReport, TraceStep, Verdict } from './inspect-report.ts';
import { type Cell, type Colour, type Row, type RowOptions, rowLines } from './inspect-rows.ts';
import { localText, relativeText, utcText } from './inspect-time.ts';
import { traceRows } from './inspect-trace.ts';

export interface PrintOptions extends RowOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly situation: Situation | undefined;
}

export function linesOf(report: InspectReport, options: PrintOptions): readonly string[] {
  const { trace, fields, facts, verified, notes } = report;
  const sections: readonly (readonly Row[])[] = [
    [heading(headOf(report))],
    titled('Trace', traceRows(trace)),
    ...answerSections(trace, options),
    titled('Fields', fieldRows(fields, options)),
    titled(
      'Facts',
      facts.map((fact) => factRow(fact, options)),
    ),
    titled('Verified', checkRows(verified)),
    titled('Verdict', verdictRows(report, options)),
    notes.map((note) => [{ text: `→ ${note}` }]),
  ];
  const blocks = sections.filter((rows) => rows.length > 0);
  return blocks.flatMap((rows, index) => [
    ...(index === 0 ? [] : ['']),
    ...rows.flatMap((row) => rowLines(row, options)),
  ]);
}

/** What the answers of a trace say, each under its command. */
function answerSections(trace: readonly TraceStep[], options: PrintOptions) {
  return trace.flatMap(({ command, fields }) =>
    fields === undefined ? [] : [titled(`Answer to ${command}`, fieldRows(fields, options))],
  );
}

const indent: Cell = { text: '', width: 2 };
const labelWidth = 16;

function heading(text: string): Row {
  return [{ text, colour: 'bold' }];
}

function titled(title: string, rows: readonly Row[]): readonly Row[] {
  return rows.length === 0 ? [] : [heading(title), ...rows.map((row) => [indent, ...row])];
}

function labelled(label: string, text: string, paint?: Colour): Row {
  return [
    { text: label, width: labelWidth },
    { text, colour: paint },
  ];
}

const inputNames = { text: 'text', hex: 'hexadecimal', trace: 'APDU trace' } as const;

function headOf({ input, format, trace }: InspectReport): string {
  const prefix = input.symbology === undefined ? '' : ` after ${input.symbology}`;
  const size =
    input.kind === 'trace'
      ? count(trace.length, 'command')
      : `${count(input.bytes ?? 0, 'byte')}${prefix}`;
  return `${format ?? (input.kind === 'trace' ? 'no token' : 'unknown')}: ${inputNames[input.kind]}, ${size}`;
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}

function factRow({ name, value, meaning, at, over }: Fact, { now, situation }: PrintOptions): Row {
  const label = name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  if (at === undefined) {
    return labelled(label, meaning === undefined ? (value ?? '–') : `${value} ${meaning}`);
  }
  const isOver = over !== undefined && at <= now;
  const local = situation && localText(at, offsetAt(at, situation.rules.tariff.time));
  const date = local === undefined ? utcText(at) : `${local} (${utcText(at)})`;
  const when = isOver ? `${over} ${relativeText(at, now)}` : relativeText(at, now);
  return labelled(label, `${date}, ${when}`, isOver ? 'red' : undefined);
}

function checkRows(checks: readonly Check[]): readonly Row[] {
  return checks.map(({ what, ok, detail }) => [
    ok === null
      ? { text: '–', width: 2, colour: 'amber' }
      : { text: ok ? '✓' : '✗', width: 2, colour: ok ? 'green' : 'red' },
    { text: what, width: labelWidth + 2 },
    { text: detail },
  ]);
}

const outcomeColours = { accepted: 'green', refused: 'red', retry: 'amber' } as const;

function verdictRows(report: InspectReport, options: PrintOptions): readonly Row[] {
  const { verdict, fault, facts } = report;
  if (verdict === null) {
    if (options.situation)
      return [[{ text: 'none: no token in this trace to judge', colour: 'red' }]];
    return facts.length === 0 ? [] : [[{ text: 'not judged: give --rules FILE' }]];
  }
  return [
    outcomeRow(verdict),
    ...(fault ? [labelled('fault', fault.detail)] : []),
    ...(verdict.fare ? [labelled('fare', fareText(verdict.fare))] : []),
    labelled('rider reads', `${reasons[verdict.reason].id} / ${reasons[verdict.reason].en}`),
    ...(fault || !options.situation ? [] : [labelled('judged', situationText(options.situation))]),
  ];
}

function outcomeRow({ outcome, basis, reason, code }: Verdict): Row {
  const why = `${reason} (${code})`;
  return [
    { text: `● ${outcome}`, width: labelWidth, colour: outcomeColours[outcome] },
    { text: basis === null ? why : `${why}, ${basis}` },
  ];
}

function fareText({ amount, product }: NonNullable<Verdict['fare']>): string {
  return `${formatMoney(amount)}, ${product}`;
}

function situationText({ rules, now, clockQuality, place }: Situation): string {
  const at = localText(now, offsetAt(now, rules.tariff.time));
  const route = place.routeId === undefined ? 'no route known' : `on route ${place.routeId}`;
  return `as a first tap at ${at}, clock ${clockQuality}, ${route}, rules ${rules.version}`;
}
