/**
 * Record files. Within one transaction a file takes one new record, and further writes go to the
 * same; a full cyclic file drops its oldest at the commit.
 */
import { concat } from '../../../src/core/bytes.ts';
import {
  byFile,
  type CardCommand,
  type CardCommands,
  noteForMac,
  nothing,
  owners,
  readers,
  writers,
} from './card-command.ts';
import { refuse } from './card-status.ts';
import { fieldsOf, littleEndian, numbersOf } from './fields.ts';
import type { RecordFile } from './memory.ts';
import { committedFile, ofKind, type PoweredCard, pendingFile } from './powered-card.ts';
import type { ReceivedCommand } from './secure-session.ts';

/** File number, offset in the record, and length. */
const headerBytes = 7;
const recordKinds = ['linear', 'cyclic'] as const;

const readRecords: CardCommand = {
  protection: byFile(readers, { carries: 'response' }),
  run: runReadRecords,
};

const writeRecord: CardCommand = {
  protection: (card, payload) => {
    const dataBytes = fieldsOf(payload.slice(4, headerBytes)).number(3);
    return byFile(writers, { carries: 'command', headerBytes, dataBytes })(card, payload);
  },
  run: runWriteRecord,
  chained: true,
};

export const recordCommands: CardCommands = [
  [0xbb, readRecords],
  [0x3b, writeRecord],
  [0xab, { ...readRecords, sinceEv2: true, frameBytes: [256] }],
  [0x8b, { ...writeRecord, sinceEv2: true }],
  // The mode of the file goes for its data; clearing carries none.
  [0xeb, { protection: byFile(owners, { carries: 'nothing' }), run: clearRecordFile }],
];

/** Counted from the newest, answered with the oldest of them first. */
function runReadRecords(card: PoweredCard, command: ReceivedCommand): Uint8Array {
  const [number = 0, skipped = 0, asked = 0] = numbersOf(command.payload, [1, 3, 3]);
  const { records } = ofKind(committedFile(card, number), recordKinds);
  const count = asked === 0 ? records.length - skipped : asked;
  if (count <= 0 || skipped + count > records.length) refuse('boundaryError');
  const end = records.length - skipped;
  const data = concat(...records.slice(end - count, end));
  // Count 0 stands for what was read indeed.
  const read = concat(command.payload.subarray(0, 4), littleEndian(count, 3));
  noteForMac(card, { ...command, payload: read }, data);
  return data;
}

function runWriteRecord(card: PoweredCard, { code, payload }: ReceivedCommand): Uint8Array {
  const fields = fieldsOf(payload);
  const [number, offset, length] = [fields.number(1), fields.number(3), fields.number(3)];
  const data = fields.bytes(length);
  fields.end();
  if (length === 0) refuse('lengthError');
  const committed = ofKind(committedFile(card, number), recordKinds);
  const pending = pendingFile(card, number, recordKinds);
  if (offset + length > committed.recordBytes) refuse('boundaryError');
  // Cleared, but the transaction is still open.
  if (pending.records.length < committed.records.length) refuse('commandAborted');
  const file = withNewRecord(committed, pending, (record) => record.set(data, offset));
  card.transaction.files.set(number, file);
  noteForMac(card, { code, payload: payload.slice(0, headerBytes) }, data);
  return nothing;
}

function withNewRecord(
  committed: RecordFile,
  pending: RecordFile,
  fill: (record: Uint8Array) => void,
): RecordFile {
  const begun = pending === committed ? undefined : pending.records.at(-1);
  const record = begun?.slice() ?? new Uint8Array(committed.recordBytes);
  fill(record);
  const { records, recordsMax, kind } = committed;
  const usable = kind === 'cyclic' ? recordsMax - 1 : recordsMax;
  const full = records.length === usable;
  if (full && kind === 'linear') refuse('boundaryError');
  return { ...committed, records: [...records.slice(full ? 1 : 0), record] };
}

function clearRecordFile(card: PoweredCard, command: ReceivedCommand): Uint8Array {
  const [number = 0] = numbersOf(command.payload, [1]);
  const file = pendingFile(card, number, recordKinds);
  card.transaction.files.set(number, { ...file, records: [] });
  noteForMac(card, command);
  return nothing;
}
