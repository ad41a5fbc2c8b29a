/**
 * What is wrong with a JSON file as JSON, in words of whoever writes it: where it stops being JSON,
 * and keys that stand twice in one object, of which a parser would silently take the last. It does
 * not know which keys there are.
 */
import { type Node, printParseErrorCode, visit } from 'jsonc-parser';
import { pathText } from '../config/suggestion.ts';
import type { Problem } from './problem.ts';
import { placeAt } from './text-place.ts';

/** Everything but the file. */
export type JsonMistake = Omit<Problem, 'severity' | 'file'>;

/** A piece of the file in a message is cut to this many characters. */
const pieceMax = 30;

interface Stumble {
  readonly code: string;
  readonly offset: number;
  readonly piece: string;
  /** Offset of the brace or bracket that is open there. */
  readonly open?: number | undefined;
}

/** @returns the first place that no JSON may have; what follows is seldom a mistake of its own. */
export function syntaxMistake(text: string): JsonMistake | undefined {
  const stumble = stumbleIn(text);
  if (stumble === undefined) return undefined;
  const { open, offset, piece } = stumble;
  const opening = text.charAt(open ?? 0);
  if (open === undefined || !isClosing(opening, stumble)) {
    return { code: 'not-json', ...placeAt(text, offset), ...wordsOf(stumble) };
  }
  const opened = placeAt(text, open);
  const place = piece === '' ? opened : placeAt(text, offset);
  return { code: 'not-json', ...place, ...unclosed(opening, opened.line, stumble) };
}

function stumbleIn(text: string): Stumble | undefined {
  const open: number[] = [];
  const found: Stumble[] = [];
  const opens = (offset: number) => {
    open.push(offset);
  };
  /** jsonc-parser ends what nobody closed, too, where the file ends. */
  const closes = (offset: number) => {
    if (offset < text.length) open.pop();
  };
  visit(
    text,
    {
      ...{ onObjectBegin: opens, onArrayBegin: opens, onObjectEnd: closes, onArrayEnd: closes },
      onError: (error, offset, length) => {
        const piece = text.slice(offset, offset + Math.min(length, pieceMax)).trim();
        const code = printParseErrorCode(error);
        if (found.length === 0) found.push({ code, offset, piece, open: open.at(-1) });
      },
    },
    { allowTrailingComma: true },
  );
  return found[0];
}

/** At the end, or at the bracket of the other kind, the one that is open should have been closed. */
function isClosing(opening: string, { code, piece }: Stumble): boolean {
  if (piece === '') return code !== 'UnexpectedEndOfString';
  return opening === '[' ? piece === '}' : piece === ']';
}

interface Words {
  readonly message: string;
  readonly hint: string;
}

function unclosed(opening: string, line: number, { piece }: Stumble): Words {
  const closing = opening === '[' ? ']' : '}';
  const where = piece === '' ? 'at the end of the file' : `before this ${piece}`;
  const message = `the ${opening} of line ${line} is not closed ${where}`;
  return { message, hint: `write ${closing} where it ends` };
}

function wordsOf({ code, piece }: Stumble): Words {
  const before = piece === '' ? 'at the end of the file' : `before ${piece}`;
  const words = new Map<string, Words>([
    [
      'CommaExpected',
      said(`a comma is missing ${before}`, 'end what stands before it with a comma'),
    ],
    ['ColonExpected', said(`a colon is missing ${before}`, 'write "key": value')],
    ['ValueExpected', said(`a value is missing ${before}`, 'write "key": value')],
    [
      'PropertyNameExpected',
      said(`a key is missing ${before}`, 'write "key": value, the key in double quotes'),
    ],
    [
      'InvalidSymbol',
      said(
        `${piece} is no value`,
        'text stands in double quotes; without them only numbers, true, false and null',
      ),
    ],
    ['UnexpectedEndOfString', said('a quote is not closed in its line', 'close it with "')],
    ['UnexpectedEndOfComment', said('a comment is not closed', 'close it with */')],
    ['UnexpectedEndOfNumber', said(`${piece} is not a whole number`, 'write digits to its end')],
    [
      'EndOfFileExpected',
      said(`${piece} stands behind the end`, 'remove it, or the closing brace before it'),
    ],
    ['InvalidUnicode', said('\\u without four digits', 'write \\u and four hexadecimal digits')],
    ['InvalidEscapeCharacter', said('a backslash that means nothing', 'write \\\\ for one')],
    [
      'InvalidCharacter',
      said('a tab or an invisible character in a text', 'remove it, or write \\t for a tab'),
    ],
  ]);
  return words.get(code) ?? said('not JSON', 'it must be JSON; comments are allowed');
}

function said(message: string, hint: string): Words {
  return { message, hint };
}

/** Keys that stand twice in one object, at any depth, each at its later place. */
export function keysTwice(text: string, tree: Node): readonly JsonMistake[] {
  return repeatsIn(tree, []).map(({ path, first, again }) => {
    const [one, other] = [placeAt(text, first), placeAt(text, again)];
    const lines =
      one.line === other.line
        ? `both in line ${one.line}`
        : `in line ${one.line} and in line ${other.line}`;
    const message = `the key stands twice, ${lines}`;
    const hint = 'remove one of them: nobody could tell which is meant';
    return { code: 'key-twice', ...other, column: pathText(path), message, hint };
  });
}

type Path = readonly (string | number)[];

interface Repeat {
  readonly path: Path;
  /** Offsets of the key. */
  readonly first: number;
  readonly again: number;
}

function repeatsIn({ type, children = [] }: Node, path: Path): readonly Repeat[] {
  if (type === 'array')
    return children.flatMap((child, index) => repeatsIn(child, [...path, index]));
  if (type !== 'object') return [];
  const seen = new Map<string, number>();
  return children.flatMap(({ children: [key, value] = [] }) => {
    if (key === undefined) return [];
    const name = String(key.value);
    const first = seen.get(name);
    const inner = value === undefined ? [] : repeatsIn(value, [...path, name]);
    if (first === undefined) seen.set(name, key.offset);
    const here = first === undefined ? [] : [{ path: [...path, name], first, again: key.offset }];
    return [...here, ...inner];
  });
}
