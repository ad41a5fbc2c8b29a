/** Small files that must survive a power cut: written beside, synced, renamed, their folder synced. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** After a power cut there is the old file or the new one, for its owner alone to read. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.new`;
  withFile(beside, 'w', (file) => {
    writeSync(file, text);
    fsyncSync(file);
  });
  moveFile(beside, path);
}

/** Within one folder: after a power cut the file has the one name or the other. */
export function moveFile(from: string, to: string): void {
  renameSync(from, to);
  syncPath(dirname(to));
}

/** Bytes written at once. */
const blockBytes = 64 * 1024;

/** A file of that many bytes, all on the disk when it returns, for its owner alone to read. */
export function writeSynced(
  path: string,
  { bytes, block }: { readonly bytes: number; readonly block: (length: number) => Uint8Array },
): void {
  withFile(path, 'w', (file) => {
    for (let left = bytes; left > 0; ) left -= writeSync(file, block(Math.min(left, blockBytes)));
    fsyncSync(file);
  });
  syncPath(dirname(path));
}

/** What a file holds, or which names a folder has. */
export function syncPath(path: string): void {
  withFile(path, 'r', fsyncSync);
}

function withFile(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}
