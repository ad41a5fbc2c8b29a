/** `acceptance.json`: JSON with comments, through its schema; whatever is wrong has its line. */
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { z } from 'zod';
import { keysOf, pathText, slipOf } from '../config/suggestion.ts';
import { wrongValue } from '../config/wrong-value.ts';
import { type Acceptance, acceptance } from './acceptance.ts';
import { type BundleFiles, policyFile } from './bundle-files.ts';
import { keysTwice, syntaxMistake } from './json-mistakes.ts';
import type { Problem } from './problem.ts';
import { placeAt } from './text-place.ts';

/** The line of a key, written as problems write it: `passback[0].product`. */
export type LineOf = (column: string) => number;

export type ReadAcceptance =
  | {
      readonly acceptance: Acceptance;
      readonly lineOf: LineOf;
      readonly problems: readonly [];
    }
  | { readonly acceptance?: undefined; readonly problems: readonly Problem[] };

export function readAcceptance(files: BundleFiles): ReadAcceptance {
  const bytes = files.get(policyFile);
  if (bytes === undefined) {
    const hint = 'add it: {"version": "…"} is enough to begin with';
    return { problems: [wrong({ code: 'missing-file', message: 'not there', hint })] };
  }
  const text = new TextDecoder().decode(bytes);
  const tree = parseTree(text, [], { allowTrailingComma: true });
  if (tree === undefined) return { problems: [wrong(emptyFile)] };
  const mistake = syntaxMistake(text);
  return mistake === undefined ? readTree(text, tree) : { problems: [wrong(mistake)] };
}

const emptyFile = {
  ...{ code: 'not-json', line: 1, message: 'nothing stands in it' },
  hint: 'write {"version": "…"} to begin with',
};

function readTree(text: string, tree: Node): ReadAcceptance {
  const twice = keysTwice(text, tree).map(wrong);
  const result = acceptance.safeParse(jsonValue(tree));
  if (!result.success) {
    const issues = result.error.issues.flatMap((issue) => problemsOf(issue, text, tree));
    return { problems: [...twice, ...issues] };
  }
  if (twice.length > 0) return { problems: twice };
  const lineOf = (column: string) => placeAt(text, nodeAt(tree, pathOf(column))?.offset ?? 0).line;
  return { acceptance: result.data, lineOf, problems: [] };
}

/** jsonc-parser's own getNodeValue lets a key such as __proto__ reach the object's prototype. */
function jsonValue(node: Node): unknown {
  const { type, children = [] } = node;
  if (type === 'array') return children.map(jsonValue);
  if (type !== 'object') return node.value;
  return Object.fromEntries(
    children.map(({ children: [key, value] = [] }) => [key?.value, value && jsonValue(value)]),
  );
}

function wrong(problem: Omit<Problem, 'severity' | 'file'>): Problem {
  return { severity: 'error', file: policyFile, ...problem };
}

function problemsOf(issue: z.core.$ZodIssue, text: string, tree: Node): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const message = 'unknown key';
      return problemAt(
        path,
        { code: 'unknown-key', message, hint: slipOf(key, keysOf(acceptance)) ?? 'remove it' },
        { text, tree },
      );
    });
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const what = isMissing
    ? { code: 'missing-key', message: 'missing', hint: `add it (${issue.expected})` }
    : { code: 'bad-value', message: wrongValue(issue), hint: 'correct the value' };
  return [problemAt(issue.path, what, { text, tree })];
}

function problemAt(
  path: readonly PropertyKey[],
  what: Pick<Problem, 'code' | 'message' | 'hint'>,
  { text, tree }: { readonly text: string; readonly tree: Node },
): Problem {
  const keys = path.map((key) => (typeof key === 'number' ? key : String(key)));
  const node = nodeAt(tree, keys);
  const column = pathText(keys);
  const { line } = placeAt(text, node?.offset ?? 0);
  return wrong({ ...what, line, ...(column !== '' && { column }) });
}

/** Of the key, else of what it stands in. */
function nodeAt(tree: Node, path: readonly (string | number)[]): Node | undefined {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, depth));
    if (node !== undefined) return node;
  }
  return undefined;
}

function pathOf(column: string): readonly (string | number)[] {
  return column
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
