/**
 * What a disk may hold after a power cut: everything that was synced, and of what was not, anything.
 * Each write since the last sync may be there, lost, or torn at sectors of 512 bytes; sizes and
 * names likewise. A file's name is durable when its folder was synced (POSIX; ext4 promises more).
 */
import type { Random } from '../../device/clock.ts';
import type { FileOperation } from './io-log.ts';

export const sectorBytes = 512;

type Change = Extract<FileOperation, { kind: 'written' | 'cut' }>;

interface ModelFile {
  /** As of the last sync of the file. */
  durable: Uint8Array;
  pending: Change[];
}

export interface DiskModel {
  apply(operation: FileOperation): void;
  /** One of the states in which a power cut now may leave the disk, by path. */
  cut(random: Random): ReadonlyMap<string, Uint8Array>;
}

export function createDiskModel(): DiskModel {
  const names = new Map<string, ModelFile>();
  /** Names as of the last sync of the folder. */
  let durableNames = new Map<string, ModelFile>();

  const fileAt = (path: string): ModelFile => {
    const file = names.get(path) ?? { durable: new Uint8Array(), pending: [] };
    names.set(path, file);
    return file;
  };

  return {
    apply(operation) {
      const { path } = operation;
      switch (operation.kind) {
        case 'folder-synced':
          durableNames = new Map(names);
          break;
        case 'unlinked':
          names.delete(path);
          break;
        case 'renamed':
          names.set(operation.to, fileAt(path));
          names.delete(path);
          break;
        case 'synced':
          sync(fileAt(path));
          break;
        case 'created':
          fileAt(path);
          break;
        default:
          fileAt(path).pending.push(operation);
      }
    },
    cut(random) {
      const present = random.next() < 0.5 ? names : durableNames;
      const luck = luckOf(random);
      return new Map([...present].map(([path, file]) => [path, contentOf(file, luck)]));
    },
  };
}

function sync(file: ModelFile): void {
  file.durable = after(file.durable, file.pending);
  file.pending = [];
}

/** Says of each pending change what became of it. */
type Luck = (index: number, count: number) => 'kept' | 'lost' | readonly boolean[];

/** All lost, all kept, a beginning kept, or each change by itself, whole or torn. */
function luckOf(random: Random): Luck {
  const style = Math.floor(random.next() * 4);
  const share = random.next();
  if (style === 0) return () => 'lost';
  if (style === 1) return (index, count) => (index < share * count ? 'kept' : 'lost');
  const isTearing = style === 3;
  return () => {
    if (isTearing && random.next() < 0.5) return sectors(random);
    return random.next() < share ? 'kept' : 'lost';
  };
}

const sectorsMax = 64;

function sectors(random: Random): readonly boolean[] {
  return Array.from({ length: sectorsMax }, () => random.next() < 0.5);
}

function contentOf({ durable, pending }: ModelFile, luck: Luck): Uint8Array {
  const done = pending.flatMap((change, index): readonly Change[] => {
    const fate = luck(index, pending.length);
    if (fate === 'lost') return [];
    return fate === 'kept' || change.kind === 'cut' ? [change] : tornOf(change, fate);
  });
  return after(durable, done);
}

type Written = Extract<Change, { kind: 'written' }>;

/** Sectors lie where the disk has them, not where the write begins. */
function tornOf({ path, offset, data }: Written, fate: readonly boolean[]): readonly Written[] {
  const pieces: Written[] = [];
  const end = offset + data.length;
  let at = offset;
  for (let index = 0; at < end; index += 1) {
    const next = Math.min((Math.floor(at / sectorBytes) + 1) * sectorBytes, end);
    if (fate[index % fate.length] === true) {
      const piece = data.subarray(at - offset, next - offset);
      pieces.push({ kind: 'written', path, offset: at, data: piece });
    }
    at = next;
  }
  return pieces;
}

/** What was never written between two ends reads as zeros. */
function after(content: Uint8Array, changes: readonly Change[]): Uint8Array {
  const result = new Uint8Array(Math.max(content.length, ...changes.map(endOf)));
  result.set(content);
  let size = content.length;
  for (const change of changes) {
    if (change.kind === 'cut') {
      result.fill(0, change.size);
      size = change.size;
    } else {
      result.set(change.data, change.offset);
      size = Math.max(size, endOf(change));
    }
  }
  return result.subarray(0, size);
}

function endOf(change: Change): number {
  return change.kind === 'cut' ? change.size : change.offset + change.data.length;
}
