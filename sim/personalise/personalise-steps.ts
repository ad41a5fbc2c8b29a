/**
 * The steps that make a transit card of a blank one. Each looks at what is on the card and does
 * what is missing, so that all can be run again on a card that was pulled away at any moment.
 *
 * Invariants:
 * - As long as the master key is the one that everybody knows, there is no file on the card: what
 *   lies on it then was laid by somebody else, and it is refused.
 * - A key counts as ours when the card has proved to have it, not when it says so by its version.
 * - The purse is created with its opening balance, once, under our master key.
 */
import { equal } from '../../src/core/bytes.ts';
import type { SecureSession } from '../../src/core/card/desfire/secure-messaging.ts';
import { transitAid } from '../../src/core/card/desfire/transit-application.ts';
import { readPassFile } from '../../src/core/card/desfire/transit-commands.ts';
import {
  encodePass,
  parsePass,
  type TransitPass,
} from '../../src/core/card/desfire/transit-pass.ts';
import type { CardConversation } from './card-conversation.ts';
import {
  changeKeySettings,
  changeOwnKey,
  keyVersion,
  masterKeyNumber,
  newApplication,
  settingsWhenMade,
  settingsWhileMaking,
  transitFiles,
  transitKeyCount,
  writePassFile,
  zeroKey,
} from './office-commands.ts';
import { notOurs } from './personalise-error.ts';

export interface CardOrder {
  /** 7 bytes, as the reader tells it. */
  readonly uid: Uint8Array;
  /** Without one a pass that is there stays. */
  readonly pass?: TransitPass;
  /** Whole rupiah, 0 to 2,000,000. A card that has a purse already keeps its balance. */
  readonly openingBalance: number;
  /** A finished card gets another issue number: what lists and buses know of it holds no more. */
  readonly isAnotherRiders?: boolean;
}

/** One time that the card lies at the reader. */
export interface CardVisit {
  readonly order: CardOrder;
  readonly card: CardConversation;
  /** The card's own, by number. */
  readonly keys: readonly Uint8Array[];
  readonly macKey: Uint8Array;
  /** Random, for a card that is to have a new one. */
  readonly issue: Uint8Array;
}

interface PersonaliseStep {
  readonly name: string;
  readonly run: (visit: CardVisit) => Promise<void>;
}

const picc = new Uint8Array(3);
const fileNames = ['pass file', 'trip file', 'purse', 'transaction MAC file'];
export const keyNumbers: readonly number[] = Array.from(
  { length: transitKeyCount },
  (_, number) => number,
);

/** The master key comes after the other keys, and the files after that. */
export const personaliseSteps: readonly PersonaliseStep[] = [
  { name: 'application', run: makeApplication },
  ...[...keyNumbers.slice(1), masterKeyNumber].map((number) => ({
    name: `key ${number}`,
    run: (visit: CardVisit) => takeKey(visit, number),
  })),
  { name: 'key settings', run: settleKeys },
  ...fileNames.map((name) => ({ name, run: (visit: CardVisit) => makeFile(visit, name) })),
  { name: 'pass', run: writePass },
];

async function makeApplication({ card }: CardVisit): Promise<void> {
  await card.ask('SelectApplication', 0x5a, picc);
  const aids = await card.ask('GetApplicationIDs', 0x6a);
  const offsets = Array.from({ length: aids.length / transitAid.length }, (_, at) => at * 3);
  if (offsets.some((at) => equal(aids.subarray(at, at + 3), transitAid))) return;
  await card.ask('CreateApplication', 0xca, newApplication);
}

/** The card gives the new key its version, or shows that it has it. */
async function takeKey({ card, keys }: CardVisit, number: number): Promise<void> {
  await card.ask('SelectApplication', 0x5a, transitAid);
  const isSealed = await isKeyMade(card, masterKeyNumber);
  // Behind our master key nobody else has changed a key.
  if (isSealed && number !== masterKeyNumber) return;
  if (!isSealed) await requireEmpty(card);
  const key = keys[number] ?? zeroKey;
  const isMade = await isKeyMade(card, number);
  const session = await card.authenticate(number, isMade ? key : zeroKey);
  if (session === undefined) throw notOurs(`it has another key ${number}`);
  if (!isMade) await card.performLast(session, changeOwnKey(number, key));
}

async function isKeyMade(card: CardConversation, number: number): Promise<boolean> {
  const [version = -1] = await card.ask('GetKeyVersion', 0x64, Uint8Array.of(number));
  if (version !== 0 && version !== keyVersion) throw notOurs(`key ${number} is of another version`);
  return version === keyVersion;
}

async function requireEmpty(card: CardConversation): Promise<void> {
  const [settings] = await card.ask('GetKeySettings', 0x45);
  if (settings !== settingsWhileMaking) throw notOurs('it has other key settings');
  const files = await card.ask('GetFileIDs', 0x6f);
  if (files.length > 0) throw notOurs('it has files before it has our keys');
}

async function settleKeys(visit: CardVisit): Promise<void> {
  const { card } = visit;
  await card.ask('SelectApplication', 0x5a, transitAid);
  const [settings] = await card.ask('GetKeySettings', 0x45);
  if (settings === settingsWhenMade) return;
  const session = await openAsMaster(visit);
  await card.perform(session, changeKeySettings(settingsWhenMade));
}

async function makeFile(visit: CardVisit, name: string): Promise<void> {
  const { card, order, macKey } = visit;
  await card.ask('SelectApplication', 0x5a, transitAid);
  const numbers = await card.ask('GetFileIDs', 0x6f);
  const session = await openAsMaster(visit);
  const { openingBalance } = order;
  const files = transitFiles(session.generation, { openingBalance, macKey });
  const file = files.find((one) => one.name === name);
  if (file === undefined) return;
  if (!numbers.includes(file.number)) {
    await card.perform(session, file.create);
    return;
  }
  await card.ask('SelectApplication', 0x5a, transitAid);
  const settings = await card.ask('GetFileSettings', 0xf5, Uint8Array.of(file.number));
  const isSame = equal(settings.subarray(0, file.settings.length), file.settings);
  if (!isSame) throw notOurs(`its ${name} is another`);
}

/** A card without anything in its pass file was made now: it gets an issue number. */
async function writePass(visit: CardVisit): Promise<void> {
  const { card, order, issue } = visit;
  await card.ask('SelectApplication', 0x5a, transitAid);
  const master = await openAsMaster(visit);
  const { data, ...read } = await card.read(master, readPassFile(master.generation));
  const held = parsePass(data);
  if (!held.ok && order.pass === undefined) throw notOurs(held.fault.detail);
  const known = held.ok ? held.value : undefined;
  const isNew = known === undefined || order.isAnotherRiders === true;
  const number = isNew ? { issue } : known.issue && { issue: known.issue };
  const content = encodePass({ ...(order.pass ?? known), ...number });
  if (equal(content, data)) return;
  let { session } = read;
  for (const part of writePassFile(session.generation, content)) {
    session = await card.perform(session, part);
  }
}

async function openAsMaster({ card, keys }: CardVisit): Promise<SecureSession> {
  const session = await card.authenticate(masterKeyNumber, keys[masterKeyNumber] ?? zeroKey);
  if (session === undefined) throw notOurs('it has another master key');
  return session;
}
