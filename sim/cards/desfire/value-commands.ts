/** Value files: what they hold, and adding and taking within their limits until the commit. */
import {
  byFile,
  type CardCommand,
  type CardCommands,
  noteForMac,
  nothing,
  owners,
  users,
  writers,
} from './card-command.ts';
import { refuse } from './card-status.ts';
import { littleEndian, numbersOf } from './fields.ts';
import type { ValueFile } from './memory.ts';
import { committedFile, ofKind, type PoweredCard, pendingFile } from './powered-card.ts';
import type { ReceivedCommand } from './secure-session.ts';

const valueBytes = 4;
/** A sum is a positive number of 32 bits with a sign. */
const sumMax = 0x7fffffff;
const changeShape = { carries: 'command', headerBytes: 1, dataBytes: valueBytes } as const;

export const valueCommands: CardCommands = [
  [0x6c, { protection: byFile(users, { carries: 'response' }), run: getValue }],
  [0x0c, { protection: byFile(owners, changeShape), run: changing(credited) }],
  [0x1c, { protection: byFile(writers, changeShape), run: changing(creditedWithinLimit) }],
  [0xdc, { protection: byFile(users, changeShape), run: changing(debited) }],
];

/** The value that was committed last. */
function getValue(card: PoweredCard, command: ReceivedCommand): Uint8Array {
  const [number = 0] = numbersOf(command.payload, [1]);
  const value = littleEndian(ofKind(committedFile(card, number), ['value']).value, valueBytes);
  // File number and value stand in one block of the transaction MAC's input.
  const payload = Uint8Array.of(number, ...value);
  noteForMac(card, { code: command.code, payload });
  return value;
}

type ValueChange = (file: ValueFile, sum: number, isFirst: boolean) => ValueFile;

function changing(change: ValueChange): CardCommand['run'] {
  return (card, command) => {
    const [number = 0, sum = 0] = numbersOf(command.payload, [1, valueBytes]);
    if (sum > sumMax) refuse('parameterError');
    const committed = ofKind(committedFile(card, number), ['value']);
    const pending = pendingFile(card, number, ['value']);
    const changed = change(pending, sum, pending === committed);
    if (changed.value < changed.lower || changed.value > changed.upper) refuse('boundaryError');
    card.transaction.files.set(number, changed);
    noteForMac(card, command);
    return nothing;
  };
}

function credited(file: ValueFile, sum: number): ValueFile {
  return { ...file, value: file.value + sum };
}

/** Gives back at most what was taken by the last transaction with debits. */
function creditedWithinLimit(file: ValueFile, sum: number): ValueFile {
  if (!file.limitedCreditOn) refuse('permissionDenied');
  if (sum > file.limitedCredit) refuse('boundaryError');
  return { ...file, value: file.value + sum, limitedCredit: 0 };
}

function debited(file: ValueFile, sum: number, isFirst: boolean): ValueFile {
  const before = isFirst ? 0 : file.limitedCredit;
  const limitedCredit = file.limitedCreditOn ? before + sum : 0;
  return { ...file, value: file.value - sum, limitedCredit };
}
