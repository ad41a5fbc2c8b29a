/**
 * The commands with which a validator reads and debits the transit application, each with the
 * communication mode of its file. What is sent and what a transaction MAC is computed over come
 * from here alike.
 */
import type { Generation, SecureCommand } from './secure-messaging.ts';
import { passFile, purseFile, transactionFile, tripFile } from './transit-application.ts';

const nothing = new Uint8Array();
/** The card gives the new counter and MAC with its answer to the commit. */
const returnTransactionMac = 0x01;

/** EV2 has codes of its own for what EV1 knows by others; EV1 returns nothing at a commit. */
const codes = {
  ev1: { readData: 0xbd, readRecords: 0xbb, writeRecord: 0x3b },
  ev2: { readData: 0xad, readRecords: 0xab, writeRecord: 0x8b },
} as const satisfies Record<Generation, object>;

/**
 * From the newest one on, answered with the oldest first.
 * @param count 0: all that there are. A transaction MAC is computed over what was read indeed.
 */
export function readTrips(generation: Generation, count: number): SecureCommand {
  const header = Uint8Array.of(tripFile.number, ...littleEndian(0, 3), ...littleEndian(count, 3));
  const code = codes[generation].readRecords;
  const answerBytes = (count === 0 ? tripFile.keptMax : count) * tripFile.bytes;
  return reading({ name: 'ReadRecords', code, header, answerBytes });
}

export function readPassFile(generation: Generation): SecureCommand {
  return { ...readData(generation, passFile), mode: 'full' };
}

export function readTransaction(generation: Generation): SecureCommand {
  return readData(generation, transactionFile);
}

export const readBalance: SecureCommand = reading({
  name: 'GetValue',
  code: 0x6c,
  header: Uint8Array.of(purseFile.number),
  answerBytes: 4,
});

/** @param amount whole rupiah. */
export function debitPurse(amount: number): SecureCommand {
  const header = Uint8Array.of(purseFile.number);
  return writing({ name: 'Debit', code: 0xdc, header, data: littleEndian(amount, 4) });
}

/** @param record 32 bytes. */
export function writeTrip(generation: Generation, record: Uint8Array): SecureCommand {
  const { writeRecord } = codes[generation];
  const header = Uint8Array.of(
    tripFile.number,
    ...littleEndian(0, 3),
    ...littleEndian(record.length, 3),
  );
  return writing({ name: 'WriteRecord', code: writeRecord, header, data: record });
}

export function commitTransaction(generation: Generation): SecureCommand {
  const commit = { name: 'CommitTransaction', code: 0xc7 };
  return generation === 'ev1'
    ? reading({ ...commit, header: nothing, answerBytes: 0 })
    : reading({
        ...commit,
        header: Uint8Array.of(returnTransactionMac),
        answerBytes: transactionFile.bytes,
      });
}

export function littleEndian(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index));
}

function readData(
  generation: Generation,
  file: { readonly number: number; readonly bytes: number },
): SecureCommand {
  const header = Uint8Array.of(file.number, ...littleEndian(0, 3), ...littleEndian(file.bytes, 3));
  const code = codes[generation].readData;
  return reading({ name: 'ReadData', code, header, answerBytes: file.bytes });
}

function reading(command: Omit<SecureCommand, 'data' | 'mode'>): SecureCommand {
  return { ...command, data: nothing, mode: 'mac' };
}

function writing(command: Omit<SecureCommand, 'answerBytes' | 'mode'>): SecureCommand {
  return { ...command, answerBytes: 0, mode: 'mac' };
}
