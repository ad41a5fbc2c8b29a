/**
 * What only the office says to a transit card: the commands that make its application, keys and
 * files, and the settings by which they are recognised when a card comes back half made.
 */
import { concat } from '../../src/core/bytes.ts';
import type { Generation, SecureCommand } from '../../src/core/card/desfire/secure-messaging.ts';
import {
  passFile,
  purseFile,
  transactionFile,
  transitAid,
  tripFile,
} from '../../src/core/card/desfire/transit-application.ts';
import { littleEndian } from '../../src/core/card/desfire/transit-commands.ts';

export const transitKeyCount = 5;
export const masterKeyNumber = 0;
export const keyVersion = 1;
/** As every new key of a card. */
export const zeroKey: Uint8Array = new Uint8Array(16);

/**
 * Each key changes itself, so that a new key can be written without sending a function of the old
 * one; files are the master key's business; everybody may list; settings may change.
 */
export const settingsWhileMaking = 0xeb;
/** As before, but keys change with the master key alone. */
export const settingsWhenMade = 0x0b;

const aes = 0x80;
const nothing = new Uint8Array();
const tripsMax = 11;

/** AID, settings, and five AES keys. */
export const newApplication: Uint8Array = Uint8Array.of(
  ...transitAid,
  settingsWhileMaking,
  aes | transitKeyCount,
);

/** Under a session of the very key. */
export function changeOwnKey(keyNumber: number, key: Uint8Array): SecureCommand {
  const header = Uint8Array.of(keyNumber);
  const data = concat(key, Uint8Array.of(keyVersion));
  return { name: 'ChangeKey', code: 0xc4, header, data, mode: 'full', answerBytes: 0 };
}

export function changeKeySettings(settings: number): SecureCommand {
  const data = Uint8Array.of(settings);
  const command = { name: 'ChangeKeySettings', code: 0x54, header: nothing, data };
  return { ...command, mode: 'full', answerBytes: 0 };
}

export interface NewFile {
  /** For progress. */
  readonly name: string;
  readonly number: number;
  /** What GetFileSettings tells of it at least. */
  readonly settings: Uint8Array;
  readonly create: SecureCommand;
}

/** Communication modes as files are created with them. */
const mac = 0x01;
const full = 0x03;

/** Access rights: read&write | change, then read | write; F is nobody. */
const passRights = [0x00, 0x20] as const;
const purseRights = [0x30, 0x22] as const;
const tripRights = [0x20, 0x12] as const;
const transactionRights = [0xf0, 0x2f] as const;

/**
 * The files in the order in which they are made. The purse is born with its opening balance: there
 * is no moment at which it could be credited twice, or not at all.
 */
export function transitFiles(
  generation: Generation,
  { openingBalance, macKey }: { readonly openingBalance: number; readonly macKey: Uint8Array },
): readonly NewFile[] {
  const files = [newPassFile(), newTripFile(), newPurse(openingBalance)];
  // A card counts its transactions only when all that they touch is there.
  return generation === 'ev1' ? files : [...files, newTransactionFile(macKey)];
}

function newPassFile(): NewFile {
  const { number, bytes } = passFile;
  const shape = Uint8Array.of(full, ...passRights, ...littleEndian(bytes, 3));
  return simpleFile('pass file', { number, type: 0x00, code: 0xcd, shape });
}

function newTripFile(): NewFile {
  const { number, bytes } = tripFile;
  const sizes = concat(littleEndian(bytes, 3), littleEndian(tripsMax, 3));
  const shape = Uint8Array.of(mac, ...tripRights, ...sizes);
  return simpleFile('trip file', { number, type: 0x04, code: 0xc0, shape });
}

function newPurse(openingBalance: number): NewFile {
  const { number, balanceMax } = purseFile;
  const limits = concat(littleEndian(0, 4), littleEndian(balanceMax, 4));
  const shape = Uint8Array.of(mac, ...purseRights, ...limits);
  const file = simpleFile('purse', { number, type: 0x02, code: 0xcc, shape });
  const limitedCreditOff = Uint8Array.of(0x00);
  const header = concat(file.create.header, littleEndian(openingBalance, 4), limitedCreditOff);
  return { ...file, create: { ...file.create, header } };
}

function newTransactionFile(macKey: Uint8Array): NewFile {
  const { number } = transactionFile;
  const keyType = 0x02;
  const shape = Uint8Array.of(mac, ...transactionRights, keyType);
  const header = concat(Uint8Array.of(number), shape);
  const data = concat(macKey, Uint8Array.of(keyVersion));
  const command = { name: 'CreateTransactionMACFile', code: 0xce, header, data };
  return {
    name: 'transaction MAC file',
    number,
    settings: concat(Uint8Array.of(0x05), shape, Uint8Array.of(keyVersion)),
    create: { ...command, mode: 'full', answerBytes: 0 },
  };
}

interface FileShape {
  readonly number: number;
  readonly type: number;
  readonly code: number;
  readonly shape: Uint8Array;
}

/** What it is created with and what it says of itself afterwards begin alike. */
function simpleFile(name: string, { number, type, code, shape }: FileShape): NewFile {
  const header = concat(Uint8Array.of(number), shape);
  const command = { name: `Create ${name}`, code, header, data: nothing };
  return {
    name,
    number,
    settings: concat(Uint8Array.of(type), shape),
    create: { ...command, mode: 'mac', answerBytes: 0 },
  };
}

/** @param content the whole file, 96 bytes. */
export function writePassFile(generation: Generation, content: Uint8Array): SecureCommand[] {
  // An EV1 card takes frames of 60 bytes, an EV2 card the whole.
  const part = generation === 'ev1' ? 32 : content.length;
  const offsets = Array.from({ length: content.length / part }, (_, index) => index * part);
  return offsets.map((offset) => ({
    name: 'WriteData',
    code: generation === 'ev1' ? 0x3d : 0x8d,
    header: Uint8Array.of(passFile.number, ...littleEndian(offset, 3), ...littleEndian(part, 3)),
    data: content.slice(offset, offset + part),
    mode: 'full',
    answerBytes: 0,
  }));
}
