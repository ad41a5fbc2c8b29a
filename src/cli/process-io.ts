/** The real process as a CliIo, for the two main files. */
import type { CliIo } from './cli-io.ts';

export function createProcessIo(): CliIo {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk);
      return new Uint8Array(Buffer.concat(chunks));
    },
    stopping: stop.signal,
    inColour: wantsColour(process.env, process.stdout.isTTY === true),
  };
}

/** no-color.org and its opposite, FORCE_COLOR; else a terminal gets colours and a pipe does not. */
function wantsColour(environment: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if ((environment.NO_COLOR ?? '') !== '') return false;
  return isTerminal || (environment.FORCE_COLOR ?? '') !== '';
}
