/** `halte lists`: makes files of security lists in the office, and looks into them anywhere. */
import { hex } from '../core/bytes.ts';
import { listingEffects, listingKinds, listingReasons } from '../core/lists/security-listing.ts';
import { listBatches } from '../store/security-list-file.ts';
import { type ListHeader, listingOf } from '../store/security-list-format.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { utcText } from './inspect-time.ts';
import { type DrawOnTerminal, withProgress } from './lists-progress.ts';

export interface ListsDeps {
  readonly io: CliIo;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Where standard error is a terminal. */
  readonly draw?: DrawOnTerminal | undefined;
}

export interface ShowListOptions {
  readonly json?: boolean;
}

/** Reads it to its end: what it prints is of a file that is whole. */
export async function showList(
  path: string,
  options: ShowListOptions,
  { io, draw }: ListsDeps,
): Promise<ExitCode> {
  const counts = new Map<number, number>();
  let [removed, bytes] = [0, 0];
  let end: { readonly header: ListHeader; readonly digest: Uint8Array } | undefined;
  await withProgress('reading', draw, async (onProgress) => {
    for await (const batch of listBatches(path, { signal: io.stopping, onProgress })) {
      for (const record of batch.records) {
        if (record.removed) removed += 1;
        else counts.set(record.what, (counts.get(record.what) ?? 0) + 1);
      }
      bytes = batch.bytesInAll;
      if (batch.digest !== undefined) end = { header: batch.header, digest: batch.digest };
    }
  });
  if (end === undefined) throw new Error('a list without a digest was read to its end');
  const shown = {
    ...factsOf(end.header),
    bytes,
    sha256: hex(end.digest),
    ...tallyOf(counts, removed),
  };
  for (const line of options.json === true ? [JSON.stringify(shown)] : linesOf(shown)) io.out(line);
  return 0;
}

interface Tally {
  readonly listings: readonly { kind: string; effect: string; reason: string; count: number }[];
  readonly removed?: number;
}

function factsOf({ delta, madeAt, ...header }: ListHeader) {
  return {
    ...header,
    madeAt: utcText(madeAt),
    ...(delta && {
      baseVersion: delta.baseVersion,
      baseSha256: hex(delta.baseDigest),
      resultSha256: hex(delta.resultDigest),
      changes: delta.changes,
    }),
  };
}

function tallyOf(counts: ReadonlyMap<number, number>, removed: number): Tally {
  const listings = [...counts]
    .toSorted(([left], [right]) => left - right)
    .map(([what, count]) => {
      const { kind, effect, reason } = listingOf({ what, ...noFields });
      return { kind, effect, reason, count };
    });
  return removed === 0 ? { listings } : { listings, removed };
}

const noFields = { from: null, until: null, product: null, riderCategory: null };

function linesOf({ listings, ...facts }: ReturnType<typeof factsOf> & Tally): readonly string[] {
  const names = Math.max(...Object.keys(facts).map((name) => name.length)) + 2;
  const widths = [listingKinds, listingEffects, listingReasons].map(
    (words) => Math.max(...words.map((word) => word.length)) + 2,
  );
  return [
    ...Object.entries(facts).map(([name, value]) => `${name.padEnd(names)}${value}`),
    '',
    ...listings.map(({ count, ...words }) => {
      const cells = Object.values(words).map((word, index) => word.padEnd(widths[index] ?? 0));
      return `${cells.join('')}${String(count).padStart(10)}`;
    }),
  ];
}
