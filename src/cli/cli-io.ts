/** What a command needs of the process that it runs in; only the main files have a real one. */

export interface CliIo {
  out(line: string): void;
  err(line: string): void;
  /** Everything on standard input. */
  readInput(): Promise<Uint8Array>;
  /** Aborts when the process is asked to end (SIGINT, SIGTERM). */
  readonly stopping: AbortSignal;
  readonly inColour: boolean;
}

/** 0 all well, 1 the thing is not well, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** An error that a command ends with: a code for scripts, a next step for people. */
export class CliError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.hint = hint;
  }
}
