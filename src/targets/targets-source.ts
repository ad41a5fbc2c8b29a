/**
 * Where signed targets come from: the port, and what is read through it. A source may be anybody's
 * stick or an attacker's server; only what it fails to give is its own word.
 */
import type { EpochMs } from '../../device/clock.ts';
import { refused, trusted, type Verdict } from './targets-fault.ts';

/** The two folders of a repository. */
export type TargetsShelf = 'metadata' | 'files';

export interface TargetsSource {
  /**
   * The bytes of one file in chunks, however many come: whoever reads stops. Undefined when the
   * source has no such file.
   * @throws an error with `code` and `hint` when the source cannot be reached or breaks off.
   */
  open(
    shelf: TargetsShelf,
    name: string,
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** One visit to a source. The caller's signal is what ends a source that trickles for ever. */
export interface Visit {
  readonly source: TargetsSource;
  readonly now: EpochMs;
  readonly signal?: AbortSignal;
}

/** @returns undefined when the source has no such file. */
export async function readMetadata(
  { source, signal }: Visit,
  name: string,
  bytesMax: number,
): Promise<Verdict<Uint8Array> | undefined> {
  const chunks = await source.open('metadata', name, signal);
  if (chunks === undefined) return undefined;
  const held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > bytesMax) return refused('targets/too-long', `${name}: over ${bytesMax} bytes`);
    held.push(chunk);
  }
  return trusted(new Uint8Array(Buffer.concat(held)));
}
