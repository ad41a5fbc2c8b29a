/** GTFS feeds for tests: the sound one of fixtures/gtfs-invalid, with changes. */
import { join } from 'node:path';
import { type BundleFiles, readBundleFiles } from '../../src/bundle/bundle-files.ts';

const base = join(import.meta.dirname, '../../fixtures/gtfs-invalid/base');

/** A line from 1 of a file and what it becomes: nothing removes it, line 0 stands for the file. */
export interface FeedChange {
  readonly file: string;
  readonly line: number;
  readonly becomes?: string | undefined;
}

export function aFeed(...changes: readonly FeedChange[]): BundleFiles {
  const files = new Map(readBundleFiles(base));
  for (const { file, line, becomes } of changes) {
    const lines = new TextDecoder().decode(files.get(file)).split('\n');
    if (line > 0) lines.splice(line - 1, 1, ...(becomes === undefined ? [] : [becomes]));
    const text = line > 0 ? lines.join('\n') : becomes;
    if (text === undefined) files.delete(file);
    else files.set(file, new TextEncoder().encode(text));
  }
  return files;
}

/** @param texts by file name, without `.txt`. */
export function feedOf(texts: Readonly<Record<string, string>>): BundleFiles {
  return new Map(
    Object.entries(texts).map(([name, text]) => [`${name}.txt`, new TextEncoder().encode(text)]),
  );
}
