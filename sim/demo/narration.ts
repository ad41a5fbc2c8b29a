/** How the demo talks: a line for each tap, a line for each trouble of the runtime. */
import type { CliIo } from '../../src/cli/cli-io.ts';
import type { Reason } from '../../src/core/reason.ts';
import type { RecordedSignal } from '../recording-indicator.ts';

/** ECMA-48 SGR parameters. */
const colours = { green: 32, amber: 33, red: 31 } as const;

const widths = [18, 6, 8, 13, 18, 8, 6] as const;

export const tapHeading = columns('', [
  'rider',
  'medium',
  'outcome',
  'basis',
  'reason',
  'fare',
  '   ms',
]);

/** @param expect the reason that the story foresees, when the tap is part of it. */
export function tapLine(
  name: string,
  signal: RecordedSignal,
  { inColour, expect }: { readonly inColour: boolean; readonly expect?: Reason },
): string {
  const { medium, outcome, basis, reason, fare } = signal.fields;
  const dot = inColour ? `\u001b[${colours[signal.light]}m●\u001b[0m` : '●';
  const ms = signal.elapsedMs.toFixed(1).padStart(5);
  const line = columns(dot, [name, medium, outcome, basis, reason, fare, ms]);
  const isForeseen = expect === undefined || reason === expect;
  return isForeseen ? line : `${line}   ✗ expected ${expect}`;
}

function columns(dot: string, texts: readonly (string | undefined)[]): string {
  const cells = texts.map((text, index) => (text ?? '-').padEnd(widths[index] ?? 0));
  return `${dot || ' '} ${cells.join('  ')}`.trimEnd();
}

/** The runtime's own reports, of which only trouble with readers matters to the story. */
export function narrateEvent(line: string, io: CliIo): void {
  const { event, reader, code } = JSON.parse(line) as Record<string, unknown>;
  if (event === 'reader-failed') io.out(`  · ${reader}: ${code}, opening it again`);
  if (event === 'out-of-service') io.out(`  · out of service: ${code}`);
}
