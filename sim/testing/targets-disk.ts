/**
 * A disk in memory that forgets like a real one: what was written is durable once it was synced, a
 * name once its folder was. A test cuts the power at any operation and looks at what is left.
 */
import { dirname } from 'node:path';
import type { TargetsDisk } from '../../src/targets/targets-disk.ts';

/**
 * What a cut leaves of what was not synced: all, nothing, or the names without the bytes, as after
 * a rename that reached the disk before the data did.
 */
export const leavings = ['all', 'nothing', 'names'] as const;
export type Leaving = (typeof leavings)[number];

export class PowerCut extends Error {
  constructor() {
    super('the power was cut');
  }
}

export interface SimTargetsDisk extends TargetsDisk {
  /** Operations that changed something so far. */
  readonly operations: number;
  /** The power goes after so many operations; each one after it fails. */
  cutAfter(operations: number): void;
  /** The disk as it is found when the power is back. */
  found(leaving: Leaving): SimTargetsDisk;
  readonly names: readonly string[];
}

interface File {
  bytes: Uint8Array;
  synced: Uint8Array;
}

type Names = Map<string, File>;

export function createSimTargetsDisk(
  names: Names = new Map(),
  synced: Names = new Map(),
): SimTargetsDisk {
  let operations = 0;
  let last = Number.POSITIVE_INFINITY;
  const step = () => {
    if (operations >= last) throw new PowerCut();
    operations += 1;
  };

  return {
    async read(path) {
      const file = names.get(path);
      return file && once(file.bytes);
    },
    async write(path, chunks) {
      step();
      const file: File = names.get(path) ?? { bytes: new Uint8Array(), synced: new Uint8Array() };
      file.bytes = new Uint8Array();
      names.set(path, file);
      for await (const chunk of chunks) {
        step();
        file.bytes = new Uint8Array(Buffer.concat([file.bytes, chunk]));
      }
      step();
      file.synced = file.bytes;
    },
    async rename(from, to) {
      step();
      const file = names.get(from);
      if (file === undefined) throw new Error(`${from} is not there`);
      names.delete(from);
      names.set(to, file);
    },
    async syncFolder(path) {
      step();
      for (const name of [...synced.keys()]) if (dirname(name) === path) synced.delete(name);
      for (const [name, file] of names) if (dirname(name) === path) synced.set(name, file);
    },
    async remove(path) {
      step();
      names.delete(path);
    },
    async list(path) {
      const inside = [...names.keys()].filter((name) => dirname(name) === path);
      return inside.map((name) => name.slice(path.length + 1));
    },
    async makeFolder() {
      step();
    },
    get operations() {
      return operations;
    },
    cutAfter(allowed) {
      last = operations + allowed;
    },
    found(leaving) {
      const kept = leaving === 'nothing' ? synced : names;
      const bytesOf = (file: File) => (leaving === 'all' ? file.bytes : file.synced);
      const after = () =>
        new Map([...kept].map(([name, file]) => [name, settled(bytesOf(file))] as const));
      const same = after();
      return createSimTargetsDisk(same, new Map(same));
    },
    get names() {
      return [...names.keys()].toSorted();
    },
  };
}

function settled(bytes: Uint8Array): File {
  return { bytes, synced: bytes };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
