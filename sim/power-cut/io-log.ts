/** Reads what the preloaded `io-log.c` has logged of a process: its file operations, in order. */

export type FileOperation =
  | { readonly kind: 'created' | 'synced' | 'unlinked' | 'folder-synced'; readonly path: string }
  | {
      readonly kind: 'written';
      readonly path: string;
      readonly offset: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'cut'; readonly path: string; readonly size: number }
  | { readonly kind: 'renamed'; readonly path: string; readonly to: string };

const headBytes = 15;

const bareKinds = { c: 'created', s: 'synced', u: 'unlinked', d: 'folder-synced' } as const;

/** @throws Error for a log that ends inside a record or has one of an unknown kind. */
export function readIoLog(log: Uint8Array): readonly FileOperation[] {
  const bytes = Buffer.from(log.buffer, log.byteOffset, log.length);
  const operations: FileOperation[] = [];
  let at = 0;
  while (at < bytes.length) {
    const pathAt = at + headBytes;
    const dataAt = pathAt + bytes.readUInt16LE(at + 1);
    const end = dataAt + bytes.readUInt32LE(at + 11);
    if (end > bytes.length) throw new Error(`the log ends inside the record at ${at}`);
    operations.push(
      operationOf(String.fromCharCode(bytes.readUInt8(at)), {
        path: bytes.toString('utf8', pathAt, dataAt),
        number: Number(bytes.readBigUInt64LE(at + 3)),
        data: bytes.subarray(dataAt, end),
      }),
    );
    at = end;
  }
  return operations;
}

interface Fields {
  readonly path: string;
  readonly number: number;
  readonly data: Buffer;
}

function operationOf(op: string, { path, number, data }: Fields): FileOperation {
  if (op in bareKinds) return { kind: bareKinds[op as keyof typeof bareKinds], path };
  switch (op) {
    case 'w':
      return { kind: 'written', path, offset: number, data };
    case 't':
      return { kind: 'cut', path, size: number };
    case 'r':
      return { kind: 'renamed', path, to: data.toString('utf8') };
    default:
      throw new Error(`an operation ${op}`);
  }
}
