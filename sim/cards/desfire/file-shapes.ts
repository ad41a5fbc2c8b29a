/**
 * The commands that create files, as far as they say what file it shall be: sizes, limits, modes
 * and access rights. Whether there may be such a file is decided elsewhere.
 */
import { accessRightsOf } from './access.ts';
import type { CardCommand } from './card-command.ts';
import { refuse } from './card-status.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { type CardFile, type CommMode, storageBytes } from './memory.ts';
import { managed } from './secure-session.ts';

interface NewFileCommand {
  readonly protection: CardCommand['protection'];
  readonly sinceEv2?: boolean;
  /** @param payload what follows the file number. */
  readonly shape: (payload: Uint8Array) => CardFile;
}

const keyBytes = 16;
const aesKey = 0x02;
const nobody = 0x0f;

const managedCommand = { protection: () => managed };

/** The header is file number, options, access rights and key option; the key is enciphered. */
const keyedCommand = {
  protection: () =>
    ({ ...managed, mode: 'full', carries: 'command', headerBytes: 5, dataBytes: 17 }) as const,
  sinceEv2: true,
};

export const newFileCommands: readonly (readonly [number, NewFileCommand])[] = [
  [0xcd, { ...managedCommand, shape: shaping((fields) => dataFile('standard', fields)) }],
  [0xcb, { ...managedCommand, shape: shaping((fields) => dataFile('backup', fields)) }],
  [0xcc, { ...managedCommand, shape: shaping(valueFile) }],
  [0xc1, { ...managedCommand, shape: shaping((fields) => recordFile('linear', fields)) }],
  [0xc0, { ...managedCommand, shape: shaping((fields) => recordFile('cyclic', fields)) }],
  [0xce, { ...keyedCommand, shape: shaping(transactionMacFile) }],
];

const commModes: ReadonlyMap<number, CommMode> = new Map([
  [0x00, 'plain'],
  [0x02, 'plain'],
  [0x01, 'mac'],
  [0x03, 'full'],
]);

export function commModeOf(sent: number): CommMode {
  return commModes.get(sent) ?? refuse('parameterError');
}

export function commModeByte(mode: CommMode): number {
  if (mode === 'plain') return 0x00;
  return mode === 'mac' ? 0x01 : 0x03;
}

function shaping(shape: (fields: Fields) => CardFile): (payload: Uint8Array) => CardFile {
  return (payload) => {
    const fields = fieldsOf(payload);
    const file = shape(fields);
    fields.end();
    return file;
  };
}

function basics(fields: Fields): Pick<CardFile, 'mode' | 'rights'> {
  return { mode: commModeOf(fields.number(1)), rights: accessRightsOf(fields.number(2)) };
}

function dataFile(kind: 'standard' | 'backup', fields: Fields): CardFile {
  const common = basics(fields);
  const size = fields.number(3);
  if (size === 0) refuse('parameterError');
  if (size > storageBytes) refuse('outOfMemory');
  return { ...common, kind, bytes: new Uint8Array(size) };
}

function valueFile(fields: Fields): CardFile {
  const common = basics(fields);
  const lower = signed(fields.number(4));
  const upper = signed(fields.number(4));
  const value = signed(fields.number(4));
  const options = fields.number(1);
  if (lower > upper || value < lower || value > upper || options > 1) refuse('parameterError');
  const limits = { limitedCreditOn: options === 1, limitedCredit: 0 };
  return { ...common, kind: 'value', lower, upper, value, ...limits };
}

function recordFile(kind: 'linear' | 'cyclic', fields: Fields): CardFile {
  const common = basics(fields);
  const recordBytes = fields.number(3);
  const recordsMax = fields.number(3);
  // One record of a cyclic file is kept for the write that is not committed yet.
  const recordsMin = kind === 'cyclic' ? 2 : 1;
  if (recordBytes === 0 || recordsMax < recordsMin) refuse('parameterError');
  return { ...common, kind, recordBytes, recordsMax, records: [] };
}

/** Without CommitReaderID, for which the read&write right would name a key. */
function transactionMacFile(fields: Fields): CardFile {
  const common = basics(fields);
  const keyOption = fields.number(1);
  const value = fields.bytes(keyBytes);
  const version = fields.number(1);
  const { write, readWrite } = common.rights;
  if (keyOption !== aesKey || write !== nobody || readWrite !== nobody) refuse('parameterError');
  const key = { value, version };
  return { ...common, kind: 'transaction-mac', key, counter: 0, mac: new Uint8Array(8) };
}

/** Two's complement of 32 bits. */
function signed(value: number): number {
  return value | 0;
}
