/**
 * What commands and status words are called, for whoever reads a trace: ISO/IEC 7816-4, the
 * pseudo-commands of PC/SC part 3, and the native commands of MIFARE DESFire in their wrapping.
 * Names only: no data of a command or an answer is ever part of a name, save public application
 * identifiers.
 */
import { hex } from '../bytes.ts';
import { statusText } from './apdu.ts';

/** By application identifier, upper-case hexadecimal. */
const applications: Readonly<Record<string, string>> = {
  F048414C544501: 'Halte ticket',
  A0000006022020: 'QRIS',
  A0000006021010: 'NSICCS debit',
  A000424E49100001: 'TapCash',
  D2760000850100: 'MIFARE DESFire',
  D2760000850101: 'NDEF tag',
  '325041592E5359532E4444463031': 'payment cards (PPSE)',
};

/** ISO/IEC 7816-4 table 4.2, by INS. */
const isoCommands: Readonly<Record<number, string>> = {
  32: 'VERIFY',
  130: 'EXTERNAL AUTHENTICATE',
  132: 'GET CHALLENGE',
  136: 'INTERNAL AUTHENTICATE',
  164: 'SELECT',
  176: 'READ BINARY',
  178: 'READ RECORD',
  192: 'GET RESPONSE',
  202: 'GET DATA',
  214: 'UPDATE BINARY',
  220: 'UPDATE RECORD',
};

/** PC/SC part 3 §3.2.2.1, by INS: the reader itself answers. */
const readerCommands: Readonly<Record<number, string>> = {
  130: 'LOAD KEYS into the reader',
  134: 'GENERAL AUTHENTICATE',
  176: 'READ BINARY of a storage card',
  202: 'GET DATA',
  214: 'UPDATE BINARY of a storage card',
};

/** Native commands, by INS; sent as `90 INS 00 00 …`. */
const desfireCommands: Readonly<Record<number, string>> = {
  10: 'Authenticate (DES)',
  12: 'Credit',
  26: 'AuthenticateISO',
  28: 'LimitedCredit',
  59: 'WriteRecord',
  61: 'WriteData',
  69: 'GetKeySettings',
  81: 'GetCardUID',
  90: 'SelectApplication',
  95: 'ChangeFileSettings',
  96: 'GetVersion',
  100: 'GetKeyVersion',
  106: 'GetApplicationIDs',
  108: 'GetValue',
  110: 'FreeMemory',
  111: 'GetFileIDs',
  113: 'AuthenticateEV2First',
  119: 'AuthenticateEV2NonFirst',
  139: 'WriteRecord (ISO chaining)',
  141: 'WriteData (ISO chaining)',
  167: 'AbortTransaction',
  170: 'AuthenticateAES',
  171: 'ReadRecords (ISO chaining)',
  173: 'ReadData (ISO chaining)',
  175: 'AdditionalFrame',
  187: 'ReadRecords',
  189: 'ReadData',
  192: 'CreateCyclicRecordFile',
  193: 'CreateLinearRecordFile',
  196: 'ChangeKey',
  199: 'CommitTransaction',
  200: 'CommitReaderID',
  202: 'CreateApplication',
  203: 'CreateBackupDataFile',
  204: 'CreateValueFile',
  205: 'CreateStdDataFile',
  206: 'CreateTransactionMACFile',
  218: 'DeleteApplication',
  220: 'Debit',
  223: 'DeleteFile',
  235: 'ClearRecordFile',
  245: 'GetFileSettings',
  252: 'FormatPICC',
};

/** After these a DESFire card speaks under session keys. */
const desfireAuthentications: ReadonlySet<number> = new Set([0x0a, 0x1a, 0x71, 0x77, 0xaa]);

/** ISO/IEC 7816-4 tables 5 and 6. */
const isoStatuses: Readonly<Record<number, string>> = {
  25217: 'part of the data may be corrupted',
  25218: 'the end of the file came first',
  25219: 'the selected file is deactivated',
  25344: 'not verified',
  25985: 'memory failure',
  26368: 'wrong length',
  26753: 'logical channel not supported',
  26754: 'secure messaging not supported',
  27009: 'command does not fit the file',
  27010: 'security status not satisfied',
  27011: 'authentication blocked',
  27012: 'reference data not usable',
  27013: 'conditions of use not satisfied',
  27014: 'no current file',
  27264: 'incorrect data',
  27265: 'function not supported',
  27266: 'application or file not found',
  27267: 'record not found',
  27268: 'not enough memory',
  27270: 'incorrect P1 P2',
  27271: 'Lc does not fit P1 P2',
  27272: 'referenced data not found',
  27392: 'offset outside the file',
  27904: 'instruction not known',
  28160: 'class not supported',
  28416: 'no precise diagnosis',
  36864: 'ok',
};

/** By SW2, after 91. */
const desfireStatuses: Readonly<Record<number, string>> = {
  0: 'ok',
  12: 'nothing has changed',
  14: 'out of memory',
  28: 'illegal command',
  30: 'integrity error: CRC or MAC does not match',
  64: 'no such key',
  126: 'length error',
  157: 'permission denied',
  158: 'parameter error',
  160: 'application not found',
  174: 'authentication error',
  175: 'more to come',
  190: 'outside the limits of the file',
  202: 'previous command not finished',
  206: 'too many applications',
  222: 'exists already',
  240: 'file not found',
};

/** Total: what cannot be named is told by its class and instruction. */
export function commandName(apdu: Uint8Array): string {
  const [cla, ins, p1 = 0, p2 = 0] = apdu;
  if (cla === undefined || ins === undefined || apdu.length < 4) return 'too short for a command';
  if (cla === 0xff) return readerCommandName(ins, p1);
  if (cla === 0x90 && p1 === 0 && p2 === 0) {
    return `DESFire ${desfireCommands[ins] ?? `command ${byteText(ins)}`}`;
  }
  const name = isoCommands[ins];
  return (cla & 0xf0) === 0 && name !== undefined
    ? isoCommandName(name, apdu)
    : `class ${byteText(cla)}, instruction ${byteText(ins)}`;
}

function isoCommandName(name: string, apdu: Uint8Array): string {
  const [, ins, p1 = 0, p2 = 0, length = 0] = apdu;
  if (ins === 0xa4 && p1 === 0x04) {
    const aid = hex(apdu.subarray(5, 5 + length)).toUpperCase();
    return `${name} ${applications[aid] ?? `application ${aid}`}`;
  }
  if (ins === 0xb0) return `${name} from byte ${p1 * 256 + p2}`;
  return ins === 0xb2 ? `${name} ${p1}` : name;
}

function readerCommandName(ins: number, p1: number): string {
  if (ins === 0xca) return `GET DATA ${p1 === 0 ? 'UID' : 'answer to select'}`;
  return `reader: ${readerCommands[ins] ?? `command ${byteText(ins)}`}`;
}

/** Whether the command begins a session of a DESFire card, of which only its keys tell the rest. */
export function beginsDesfireSession([cla, ins = 0]: Uint8Array): boolean {
  return cla === 0x90 && desfireAuthentications.has(ins);
}

/** In words. @param status such as 0x9000. */
export function statusName(status: number): string {
  const [first, second] = [status >> 8, status & 0xff];
  if (status === 0x61ff) return 'more to come';
  if (first === 0x61) return `${second} bytes more to come`;
  if (first === 0x6c) return `wrong length, ${second} bytes are there`;
  if (first === 0x91) return desfireStatuses[second] ?? 'DESFire error';
  if (status >> 4 === 0x63c) return `not verified, ${status & 0x0f} tries left`;
  return isoStatuses[status] ?? `not known: ${statusText(status)}`;
}

function byteText(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase();
}
