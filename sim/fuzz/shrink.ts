/** Makes a finding's input shorter and plainer, as long as it stays the same finding. */
import type { Finding } from './finding.ts';
import { type Bench, tryInput } from './trial.ts';

/** Of executions: a reproducer is read by people, but it need not be the shortest. */
const attemptsMax = 4_000;

/** Hangs and growth stay as they are: each attempt at them takes its time. */
export function shrink(finding: Finding, bench: Bench): Finding {
  if (finding.kind === 'hang' || finding.kind === 'growth') return finding;
  let shortest = finding;
  let attempts = 0;

  const isSame = (input: Uint8Array) => {
    attempts += 1;
    const again = tryInput(bench, input);
    if (again === undefined || kindOf(again) !== kindOf(finding)) return false;
    shortest = again;
    return true;
  };

  for (let block = finding.input.length; block >= 1; block = Math.floor(block / 2)) {
    let at = 0;
    while (at < shortest.input.length && attempts < attemptsMax) {
      if (!isSame(without(shortest.input, at, block))) at += block;
    }
  }
  for (let at = 0; at < shortest.input.length && attempts < attemptsMax; at += 1) {
    if (shortest.input[at] !== 0) isSame(shortest.input.with(at, 0));
  }
  return shortest;
}

function without(input: Uint8Array, at: number, length: number): Uint8Array {
  return Uint8Array.from([...input.subarray(0, at), ...input.subarray(at + length)]);
}

/** Numbers in a message are mostly positions, which move as the input gets shorter. */
function kindOf({ kind, detail }: Finding): string {
  return `${kind} ${detail.replaceAll(/\d+/g, 'n')}`;
}
