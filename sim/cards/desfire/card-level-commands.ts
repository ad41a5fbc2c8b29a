/** What the card says of itself, and what makes it a blank again. */
import { concat } from '../../../src/core/bytes.ts';
import { keySetting, requireCardLevel } from './access.ts';
import { type CardCommand, type CardCommands, managing, nothing } from './card-command.ts';
import { refuse } from './card-status.ts';
import { littleEndian } from './fields.ts';
import { aidBytes, freeBytes, piccAid } from './memory.ts';
import type { CardGeneration, PoweredCard } from './powered-card.ts';
import { managed, type ReceivedCommand } from './secure-session.ts';

/** Vendor NXP, type, subtype, version, 4 KiB, ISO/IEC 14443-4: of the hardware, then the software. */
const versions: Record<CardGeneration, readonly Uint8Array[]> = {
  ev1: [
    Uint8Array.of(0x04, 0x01, 0x01, 0x01, 0x00, 0x18, 0x05),
    Uint8Array.of(0x04, 0x01, 0x01, 0x01, 0x04, 0x18, 0x05),
  ],
  ev2: [
    Uint8Array.of(0x04, 0x01, 0x01, 0x12, 0x00, 0x18, 0x05),
    Uint8Array.of(0x04, 0x01, 0x01, 0x02, 0x01, 0x18, 0x05),
  ],
  ev3: [
    Uint8Array.of(0x04, 0x01, 0x01, 0x33, 0x00, 0x18, 0x05),
    Uint8Array.of(0x04, 0x01, 0x01, 0x03, 0x00, 0x18, 0x05),
  ],
};

/** Of a batch that there is not: five bytes of number, calendar week and year. */
const production = Uint8Array.of(0xba, 0x00, 0x00, 0x00, 0x00, 0x01, 0x26);

const getCardUid: CardCommand = {
  protection: () => ({ ...managed, mode: 'full', carries: 'response' }),
  run(card, command) {
    requireNoPayload(command);
    return card.session === undefined ? refuse('authenticationError') : card.uid;
  },
};

export const cardLevelCommands: CardCommands = [
  [0x60, { ...managing(getVersion), frameBytes: [7, 7, 59] }],
  [0x6a, managing(getApplicationIds)],
  [0x6e, managing(getFreeMemory)],
  [0x51, getCardUid],
  [0xfc, managing(formatPicc)],
];

function getVersion({ generation, uid }: PoweredCard, command: ReceivedCommand): Uint8Array {
  requireNoPayload(command);
  return concat(...versions[generation], uid, production);
}

function getApplicationIds(card: PoweredCard, command: ReceivedCommand): Uint8Array {
  requireNoPayload(command);
  requireCardLevel(card, keySetting.listingFree);
  const aids = [...card.memory.applications.keys()].filter((aid) => aid !== piccAid);
  return concat(...aids.map(aidBytes));
}

function getFreeMemory({ memory }: PoweredCard, command: ReceivedCommand): Uint8Array {
  requireNoPayload(command);
  return littleEndian(freeBytes(memory), 3);
}

/** Deletes all applications; the master key and its settings stay. */
function formatPicc(card: PoweredCard, command: ReceivedCommand): Uint8Array {
  requireNoPayload(command);
  requireCardLevel(card);
  const { applications } = card.memory;
  for (const aid of [...applications.keys()]) if (aid !== piccAid) applications.delete(aid);
  return nothing;
}

function requireNoPayload({ payload }: ReceivedCommand): void {
  if (payload.length > 0) refuse('lengthError');
}
