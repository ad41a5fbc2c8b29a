/** A configuration or rules file that cannot be used: each wrong key with its path and a hint. */
import type { z } from 'zod';
import { pathText, slipOf } from './suggestion.ts';
import { wrongValue } from './wrong-value.ts';

export interface ConfigProblem {
  /** Such as `readers[0].baudRate`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

export class ConfigError extends Error {
  readonly code = 'config/invalid';
  readonly problems: readonly ConfigProblem[];
  readonly hint = 'docs/configuration.md lists every key with its default';

  constructor(file: string, problems: readonly ConfigProblem[]) {
    super([`${file} has ${problems.length} problem(s)`, ...problems.map(line)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function line({ path, message, hint }: ConfigProblem): string {
  return `  ${path === '' ? '' : `${path}: `}${message} → ${hint}`;
}

/** @param known every key that the schema has anywhere, to suggest from. */
export function problemsOf(error: z.ZodError, known: readonly string[]): ConfigProblem[] {
  return error.issues.flatMap((issue) => describeIssue(issue, known));
}

function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathText([...issue.path, key]),
      message: 'unknown key',
      hint: slipOf(key, known) ?? 'remove it',
    }));
  }
  const path = pathText(issue.path);
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return isMissing
    ? [{ path, message: 'missing', hint: `add it (${issue.expected})` }]
    : [{ path, message: wrongValue(issue), hint: 'correct the value' }];
}
