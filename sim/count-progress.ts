/** How far a long loop is: one line that moves on a terminal, a line for each tenth elsewhere. */
import type { CliIo } from '../src/cli/cli-io.ts';

export function countProgress(
  io: CliIo,
  { total, what }: { readonly total: number; readonly what: string },
): (done: number) => void {
  const tenth = Math.ceil(total / 10);
  return (done) => {
    const line = `${done} of ${total} ${what}`;
    if (io.inColour) process.stdout.write(`\r${line}${done === total ? '\n' : ''}`);
    else if (done % tenth === 0) io.out(line);
  };
}
