/** `halte lists build`: from the office's table to the files that devices install. */
import { statSync } from 'node:fs';
import { readIdentifierKey } from '../config/secret-file.ts';
import { hex } from '../core/bytes.ts';
import { createKeyedHash } from '../core/crypto/keyed-hash.ts';
import { changesFrom } from '../store/security-list-diff.ts';
import { listBatches, writeListFile } from '../store/security-list-file.ts';
import { entriesMax, type ListHeader, listIdPattern } from '../store/security-list-format.ts';
import {
  createRecordSorter,
  type SortedRecords,
  type Twin,
} from '../store/security-list-sorter.ts';
import { CliError, type ExitCode } from './cli-io.ts';
import type { ListsDeps } from './lists.ts';
import { type CsvProblem, problemsMax, readListCsv } from './lists-csv.ts';
import { withProgress } from './lists-progress.ts';

export interface BuildListOptions {
  readonly from: string;
  readonly out: string;
  readonly deltaFrom?: string;
  readonly identifierKey?: string;
  /** Of a list; of the old one, or `security-list`. */
  readonly id?: string;
  /** One more than the old one's, or 1. */
  readonly listVersion?: number;
  /** The old one's, or 1. */
  readonly keyVersion?: number;
  readonly madeAt?: number;
  readonly json?: boolean;
}

/** Shown of each; the rest is counted. */
const shownMax = 20;

export async function buildList(options: BuildListOptions, deps: ListsDeps): Promise<ExitCode> {
  const { io, draw } = deps;
  const old = options.deltaFrom === undefined ? undefined : await headerOf(options.deltaFrom);
  const { problems, sorted } = await readTable(options, deps);
  if (problems.length > 0) return refuse(problems.map(problemLine(options.from)), deps);
  const conflicts = sorted.twins.filter(({ same }) => !same);
  if (conflicts.length > 0) return refuse(conflicts.map(conflictLine(options.from)), deps);
  const header = headerFor(options, { old, entries: sorted.entries, now: deps.now });
  const digest = await withProgress('writing', draw, (onProgress) =>
    writeListFile(
      options.out,
      { header, records: sorted.records() },
      { signal: io.stopping, onProgress },
    ),
  );
  const delta = await writeDelta(options, { header, digest, sorted }, deps);
  report({ options, header, digest, delta, twins: sorted.twins }, deps);
  return 0;
}

async function headerOf(path: string): Promise<ListHeader> {
  for await (const { header } of listBatches(path)) return header;
  throw new Error('a list without a header was read to its end');
}

interface Table {
  readonly problems: readonly CsvProblem[];
  readonly sorted: SortedRecords;
}

async function readTable(options: BuildListOptions, { io, draw }: ListsDeps): Promise<Table> {
  const { from, identifierKey } = options;
  const keyed = identifierKey && createKeyedHash(readIdentifierKey(identifierKey));
  const sorter = createRecordSorter();
  let count = 0;
  const problems = await withProgress('reading', draw, (onProgress) =>
    readListCsv(
      from,
      {
        keyed: keyed || undefined,
        onRecord(record, line) {
          count += 1;
          if (count > entriesMax) throw tooMany(from);
          sorter.add(record, line);
        },
      },
      { signal: io.stopping, onProgress },
    ),
  );
  return { problems, sorted: sorter.sort() };
}

function tooMany(path: string): CliError {
  const message = `${path} has more than ${entriesMax} rows`;
  return new CliError('lists/too-large', message, 'deny issuers as ranges');
}

function headerFor(
  { id, listVersion, keyVersion, madeAt, deltaFrom }: BuildListOptions,
  { old, entries, now }: { old: ListHeader | undefined; entries: number; now: number },
): ListHeader {
  const header = {
    listId: id ?? old?.listId ?? 'security-list',
    version: listVersion ?? (old?.version ?? 0) + 1,
    keyVersion: keyVersion ?? old?.keyVersion ?? 1,
    ...{ madeAt: madeAt ?? now, entries },
  };
  if (!listIdPattern.test(header.listId)) {
    const hint = '1 to 32 of a-z, 0-9 and -, such as semarang-deny';
    throw new CliError('lists/bad-id', `${header.listId} cannot name a list`, hint);
  }
  if (old === undefined) return header;
  const follows =
    header.version > old.version &&
    header.listId === old.listId &&
    header.keyVersion === old.keyVersion;
  if (follows) return header;
  const message = `no delta leads from ${deltaFrom}: another list or key, or no later version`;
  throw new CliError('lists/no-successor', message, 'build it without --delta-from');
}

interface Written {
  readonly header: ListHeader;
  readonly digest: Uint8Array;
  readonly sorted: SortedRecords;
}

interface WrittenDelta {
  readonly path: string;
  readonly baseVersion: number;
  readonly changes: number;
}

async function writeDelta(
  { deltaFrom, out }: BuildListOptions,
  { header, digest, sorted }: Written,
  { io, draw }: ListsDeps,
): Promise<WrittenDelta | undefined> {
  if (deltaFrom === undefined) return undefined;
  const { base, baseDigest, changes } = await withProgress('comparing', draw, (onProgress) =>
    changesFrom(deltaFrom, sorted.records(), { signal: io.stopping, onProgress }),
  );
  const baseVersion = base.version;
  const delta = { baseVersion, baseDigest, resultDigest: digest, changes: changes.length };
  const path = `${out}.delta`;
  await writeListFile(path, { header: { ...header, delta }, records: changes });
  return { path, baseVersion, changes: changes.length };
}

interface Built {
  readonly options: BuildListOptions;
  readonly header: ListHeader;
  readonly digest: Uint8Array;
  readonly delta: WrittenDelta | undefined;
  readonly twins: readonly Twin[];
}

function report({ options, header, digest, delta, twins }: Built, { io }: ListsDeps): void {
  const { out, json } = options;
  const { listId, version, keyVersion, entries } = header;
  const [bytes, deltaBytes] = [sizeOf(out), delta && sizeOf(delta.path)];
  if (json === true) {
    const written = delta && { ...delta, bytes: deltaBytes };
    const full = { path: out, bytes, sha256: hex(digest) };
    io.out(
      JSON.stringify({
        listId,
        version,
        keyVersion,
        entries,
        full,
        delta: written,
        repeated: twins,
      }),
    );
    return;
  }
  io.out(
    `${out}: ${listId} version ${version}, key ${keyVersion}, ${entries} entries, ${bytes} bytes`,
  );
  if (delta !== undefined) {
    const { path, baseVersion, changes } = delta;
    io.out(`${path}: from version ${baseVersion}, ${changes} changes, ${deltaBytes} bytes`);
  }
  const repeats = twins.map(({ line, firstLine }) => `line ${line} repeats line ${firstLine}`);
  for (const line of shortened(repeats)) io.err(line);
}

function sizeOf(path: string): number {
  return statSync(path).size;
}

function problemLine(path: string) {
  return ({ line, column, message, hint }: CsvProblem) =>
    `${path}:${line}${column === undefined ? '' : ` ${column}`}: ${message} → ${hint}`;
}

function conflictLine(path: string) {
  return ({ line, firstLine }: Twin) =>
    `${path}:${line}: says something else of the entry in line ${firstLine} → keep one of them`;
}

function refuse(lines: readonly string[], { io }: ListsDeps): ExitCode {
  for (const line of shortened(lines)) io.err(line);
  const count = lines.length === problemsMax ? `${problemsMax} or more` : lines.length;
  io.err(`lists/bad-table: ${count} lines are wrong, nothing was written`);
  io.err('→ mend them and build again');
  return 1;
}

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= shownMax) return lines;
  return [...lines.slice(0, shownMax), `and ${lines.length - shownMax} more`];
}
