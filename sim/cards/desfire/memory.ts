/**
 * What a card keeps without power: applications with keys and files, and how much room they take.
 * It knows nothing of sessions, transactions or who may do what.
 */
import { littleEndian } from './fields.ts';

export type CommMode = 'plain' | 'mac' | 'full';

/** A key number, 14 (E) for everybody, 15 (F) for nobody. */
export interface AccessRights {
  readonly read: number;
  readonly write: number;
  readonly readWrite: number;
  readonly change: number;
}

export interface CardKey {
  readonly value: Uint8Array;
  readonly version: number;
}

interface FileBasics {
  readonly mode: CommMode;
  readonly rights: AccessRights;
}

export interface DataFile extends FileBasics {
  /** A backup file holds back what is written until the transaction is committed. */
  readonly kind: 'standard' | 'backup';
  readonly bytes: Uint8Array;
}

export interface ValueFile extends FileBasics {
  readonly kind: 'value';
  readonly lower: number;
  readonly upper: number;
  readonly value: number;
  readonly limitedCreditOn: boolean;
  /** How much LimitedCredit may still add. */
  readonly limitedCredit: number;
}

export interface RecordFile extends FileBasics {
  readonly kind: 'linear' | 'cyclic';
  readonly recordBytes: number;
  readonly recordsMax: number;
  /** Oldest first. */
  readonly records: readonly Uint8Array[];
}

export interface TransactionMacFile extends FileBasics {
  readonly kind: 'transaction-mac';
  readonly key: CardKey;
  readonly counter: number;
  readonly mac: Uint8Array;
}

export type CardFile = DataFile | ValueFile | RecordFile | TransactionMacFile;

export interface Application {
  /** KeySett1 of CreateApplication. */
  settings: number;
  readonly keys: CardKey[];
  readonly files: Map<number, CardFile>;
}

export interface CardMemory {
  /** By AID; 0 is the card itself, with its master key and settings. */
  readonly applications: Map<number, Application>;
}

export const piccAid = 0;
export const zeroKey: CardKey = { value: new Uint8Array(16), version: 0 };

/** Storage byte 18 of GetVersion: 4 KiB. */
export const storageBytes = 4_096;
const allocationBytes = 32;

/**
 * A card from the factory: anybody may create applications. Real blanks have a DES master key;
 * this one has an AES key of zeros in its place, which is enough as long as nobody has to
 * authenticate at the level of the card, and personalising a card does not.
 */
export function blankMemory(): CardMemory {
  return {
    applications: new Map([[piccAid, { settings: 0x0f, keys: [zeroKey], files: new Map() }]]),
  };
}

export function freeBytes(memory: CardMemory): number {
  const used = [...memory.applications]
    .filter(([aid]) => aid !== piccAid)
    .map(([, application]) => applicationBytes(application));
  return storageBytes - used.reduce((sum, bytes) => sum + bytes, 0);
}

/** An application has at most one. */
export function transactionMacOf(
  files: ReadonlyMap<number, CardFile>,
): { readonly number: number; readonly file: TransactionMacFile } | undefined {
  for (const [number, file] of files) if (file.kind === 'transaction-mac') return { number, file };
  return undefined;
}

/** Without files: a header and 17 bytes a key. */
export function applicationHeaderBytes(keys: number): number {
  return allocated(allocationBytes + keys * 17);
}

export function fileBytes(file: CardFile): number {
  return allocated(contentBytes(file));
}

/** The bytes of an AID as sent. */
export function aidBytes(aid: number): Uint8Array {
  return littleEndian(aid, 3);
}

function applicationBytes({ keys, files }: Application): number {
  const contents = [...files.values()].map(fileBytes);
  return contents.reduce((sum, bytes) => sum + bytes, applicationHeaderBytes(keys.length));
}

function contentBytes(file: CardFile): number {
  switch (file.kind) {
    case 'standard':
      return file.bytes.length;
    case 'backup':
      return file.bytes.length * 2;
    case 'linear':
    case 'cyclic':
      return file.recordBytes * file.recordsMax;
    case 'value':
    case 'transaction-mac':
      return allocationBytes;
  }
}

function allocated(bytes: number): number {
  return Math.ceil(bytes / allocationBytes) * allocationBytes;
}
