/** The steps of an APDU trace as a table: what was asked, and what the card said to it. */
import type { TraceStep } from './inspect-report.ts';
import type { Row } from './inspect-rows.ts';

const statusWidth = 6;

export function traceRows(steps: readonly TraceStep[]): readonly Row[] {
  const commandWidth = Math.max(0, ...steps.map(({ command }) => command.length)) + 2;
  return steps.flatMap(({ command, status, meaning, bytes, sent, received }): readonly Row[] => [
    [
      { text: command, width: commandWidth },
      { text: status ?? '–', width: statusWidth, colour: isGood(status) ? 'green' : 'amber' },
      { text: bytes === 0 ? meaning : `${meaning}, ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}` },
    ],
    ...raw('>', sent),
    ...raw('<', received),
  ]);
}

function isGood(status: string | null): boolean {
  return status !== null && /^(9000|61..|9100|91AF)$/.test(status);
}

function raw(arrow: string, hexadecimal: string | undefined): readonly Row[] {
  if (hexadecimal === undefined) return [];
  return [
    [
      { text: `  ${arrow} `, width: 4, colour: 'dim' },
      { text: hexadecimal, colour: 'dim' },
    ],
  ];
}
