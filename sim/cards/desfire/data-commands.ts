/** Reading and writing data files. A backup file shows what was written only after the commit. */
import { concat } from '../../../src/core/bytes.ts';
import {
  byFile,
  type CardCommand,
  type CardCommands,
  noteForMac,
  nothing,
  readers,
  writers,
} from './card-command.ts';
import { refuse } from './card-status.ts';
import { fieldsOf, littleEndian, numbersOf } from './fields.ts';
import type { CardFile } from './memory.ts';
import {
  committedFile,
  ofKind,
  type PoweredCard,
  pendingFile,
  selectedApplication,
} from './powered-card.ts';
import type { ReceivedCommand } from './secure-session.ts';

/** File number, offset and length. */
const headerBytes = 7;
const dataKinds = ['standard', 'backup'] as const;

const readData: CardCommand = {
  protection: byFile(readers, { carries: 'response' }),
  run: runReadData,
};

const writeData: CardCommand = {
  protection: (card, payload) => {
    const dataBytes = fieldsOf(payload.slice(4, headerBytes)).number(3);
    return byFile(writers, { carries: 'command', headerBytes, dataBytes })(card, payload);
  },
  run: runWriteData,
  chained: true,
};

/** Those that EV2 added say the same with larger frames. */
export const dataCommands: CardCommands = [
  [0xbd, readData],
  [0x3d, writeData],
  [0xad, { ...readData, sinceEv2: true, frameBytes: [256] }],
  [0x8d, { ...writeData, sinceEv2: true }],
];

function runReadData(card: PoweredCard, command: ReceivedCommand): Uint8Array {
  const [number = 0, offset = 0, length = 0] = numbersOf(command.payload, [1, 3, 3]);
  const file = committedFile(card, number);
  const bytes = contentOf(file);
  const end = length === 0 ? bytes.length : offset + length;
  if (end > bytes.length || offset >= end) refuse('boundaryError');
  const data = bytes.slice(offset, end);
  // Reading the MAC of the last transaction is no part of the next (§10.3.4).
  if (file.kind === 'transaction-mac') return data;
  // Length 0 stands for what was read indeed.
  const read = concat(command.payload.subarray(0, 4), littleEndian(data.length, 3));
  noteForMac(card, { ...command, payload: read }, data);
  return data;
}

function contentOf(file: CardFile): Uint8Array {
  if (file.kind === 'transaction-mac') return concat(littleEndian(file.counter, 4), file.mac);
  return ofKind(file, dataKinds).bytes;
}

function runWriteData(card: PoweredCard, { code, payload }: ReceivedCommand): Uint8Array {
  const fields = fieldsOf(payload);
  const [number, offset, length] = [fields.number(1), fields.number(3), fields.number(3)];
  const data = fields.bytes(length);
  fields.end();
  if (length === 0) refuse('lengthError');
  const file = pendingFile(card, number, dataKinds);
  if (offset + length > file.bytes.length) refuse('boundaryError');
  const bytes = file.bytes.slice();
  bytes.set(data, offset);
  const home = file.kind === 'backup' ? card.transaction : selectedApplication(card);
  home.files.set(number, { ...file, bytes });
  noteForMac(card, { code, payload: payload.slice(0, headerBytes) }, data);
  return nothing;
}
