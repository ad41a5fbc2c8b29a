/** Making, describing, changing and deleting the files of the selected application. */
import { concat } from '../../../src/core/bytes.ts';
import {
  accessRightsNumber,
  accessRightsOf,
  grantedMode,
  keySetting,
  requireApplicationLevel,
  requireMasterKeyUnless,
} from './access.ts';
import { type CardCommand, type CardCommands, managing, nothing } from './card-command.ts';
import { refuse } from './card-status.ts';
import { fieldsOf, littleEndian, numbersOf } from './fields.ts';
import { commModeByte, commModeOf, newFileCommands } from './file-shapes.ts';
import { type CardFile, fileBytes, freeBytes, transactionMacOf } from './memory.ts';
import { committedFile, namedFile, type PoweredCard, selectedApplication } from './powered-card.ts';
import { managed, type ReceivedCommand } from './secure-session.ts';

const fileNumberMax = 0x1f;

const changeFileSettings: CardCommand = {
  protection(card, payload) {
    const file = namedFile(card, payload);
    const mode = grantedMode(card, { ...file, mode: 'full' }, [file.rights.change]);
    return { ...managed, mode, carries: 'command', headerBytes: 1, dataBytes: 3 };
  },
  run: runChangeFileSettings,
};

export const fileCommands: CardCommands = [
  ...newFileCommands.map(
    ([code, command]) => [code, { ...command, run: creating(command.shape) }] as const,
  ),
  [0x6f, managing(getFileIds)],
  [0xf5, managing(getFileSettings)],
  [0x5f, changeFileSettings],
  [0xdf, managing(deleteFile)],
];

/** Checks what all kinds have in common, and whether there is room, before it makes the file. */
function creating(shape: (payload: Uint8Array) => CardFile): CardCommand['run'] {
  return (card, { payload }) => {
    const [number = 0] = payload;
    const file = shape(payload.subarray(1));
    requireFilesChangeable(card);
    const { files } = selectedApplication(card);
    if (number > fileNumberMax) refuse('parameterError');
    if (files.has(number)) refuse('duplicateError');
    if (file.kind === 'transaction-mac' && transactionMacOf(files) !== undefined) {
      refuse('duplicateError');
    }
    if (fileBytes(file) > freeBytes(card.memory)) refuse('outOfMemory');
    files.set(number, file);
    return nothing;
  };
}

function getFileIds(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  if (payload.length > 0) refuse('lengthError');
  requireListable(card);
  return Uint8Array.from(selectedApplication(card).files.keys());
}

function getFileSettings(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [number = 0] = numbersOf(payload, [1]);
  requireListable(card);
  const file = committedFile(card, number);
  const rights = littleEndian(accessRightsNumber(file.rights), 2);
  const [kind, ...rest] = description(file);
  return concat(Uint8Array.of(kind, commModeByte(file.mode)), rights, ...rest);
}

/** File type, and what comes after the access rights. */
function description(file: CardFile): [number, ...Uint8Array[]] {
  switch (file.kind) {
    case 'standard':
      return [0x00, littleEndian(file.bytes.length, 3)];
    case 'backup':
      return [0x01, littleEndian(file.bytes.length, 3)];
    case 'value': {
      const numbers = [file.lower, file.upper, file.limitedCredit];
      const on = Uint8Array.of(file.limitedCreditOn ? 1 : 0);
      return [0x02, ...numbers.map((number) => littleEndian(number, 4)), on];
    }
    case 'linear':
    case 'cyclic': {
      const numbers = [file.recordBytes, file.recordsMax, file.records.length];
      const type = file.kind === 'linear' ? 0x03 : 0x04;
      return [type, ...numbers.map((number) => littleEndian(number, 3))];
    }
    case 'transaction-mac':
      return [0x05, Uint8Array.of(0x02, file.key.version)];
  }
}

function runChangeFileSettings(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const fields = fieldsOf(payload);
  const number = fields.number(1);
  const file = committedFile(card, number);
  const mode = commModeOf(fields.number(1));
  const rights = accessRightsOf(fields.number(2));
  fields.end();
  selectedApplication(card).files.set(number, { ...file, mode, rights });
  return nothing;
}

function deleteFile(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [number = 0] = numbersOf(payload, [1]);
  requireFilesChangeable(card);
  committedFile(card, number);
  selectedApplication(card).files.delete(number);
  card.transaction.files.delete(number);
  return nothing;
}

function requireListable(card: PoweredCard): void {
  requireApplicationLevel(card);
  requireMasterKeyUnless(card, keySetting.listingFree);
}

function requireFilesChangeable(card: PoweredCard): void {
  requireApplicationLevel(card);
  requireMasterKeyUnless(card, keySetting.creatingFree);
}
