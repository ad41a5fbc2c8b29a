/** The real process as a CliIo, for the main files. */
import type { CliIo } from './cli-io.ts';

export function createProcessIo(): CliIo {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  for (const stream of [process.stdout, process.stderr]) outlive(stream);
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

/**
 * Without a listener a stream's error ends the process: a validator must not stop because whoever
 * read its output has gone, and `taps list | head -1` has what it wants (EPIPE). Lines that were
 * lost in any other way, such as on a full disk, show in the exit code.
 */
function outlive(stream: NodeJS.WriteStream): void {
  let isIncomplete = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isIncomplete) return;
    isIncomplete = true;
    process.once('exit', (code) => {
      if (code === 0) process.exitCode = 1;
    });
  });
}

/** no-color.org and its opposite, FORCE_COLOR; else a terminal gets colours and a pipe does not. */
function wantsColour(environment: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if ((environment.NO_COLOR ?? '') !== '') return false;
  return isTerminal || (environment.FORCE_COLOR ?? '') !== '';
}
