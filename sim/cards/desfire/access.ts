/**
 * Who may do what: the access rights of files and the key settings of applications. It decides on
 * the key that is authenticated, and knows nothing of how that came about.
 */
import { refuse } from './card-status.ts';
import {
  type AccessRights,
  type Application,
  type CardFile,
  type CommMode,
  piccAid,
} from './memory.ts';
import { applicationAt, type PoweredCard, selectedApplication } from './powered-card.ts';

const anybody = 0x0e;
const nobody = 0x0f;

/** KeySett1: what is possible without the master key, and what may change at all. */
export const keySetting = {
  masterKeyChangeable: 0x01,
  listingFree: 0x02,
  creatingFree: 0x04,
  settingsChangeable: 0x08,
} as const;

export const masterKeyNumber = 0;

/** Two bytes, the lower first: read&write | change, then read | write. */
export function accessRightsOf(sent: number): AccessRights {
  return {
    read: (sent >> 12) & 0x0f,
    write: (sent >> 8) & 0x0f,
    readWrite: (sent >> 4) & 0x0f,
    change: sent & 0x0f,
  };
}

export function accessRightsNumber({ read, write, readWrite, change }: AccessRights): number {
  return (read << 12) | (write << 8) | (readWrite << 4) | change;
}

/**
 * The mode in which the file is spoken to: its own when the session's key has one of the rights,
 * plain when everybody has (MF2DL(H)x0 data sheet §8.2.3.3).
 */
export function grantedMode(
  { session }: PoweredCard,
  { mode }: CardFile,
  rights: readonly number[],
): CommMode {
  if (session !== undefined && rights.includes(session.keyNumber)) return mode;
  if (rights.includes(anybody)) return 'plain';
  return refuse(
    rights.every((right) => right === nobody) ? 'permissionDenied' : 'authenticationError',
  );
}

export function isMasterKeyActive({ session }: PoweredCard): boolean {
  return session?.keyNumber === masterKeyNumber;
}

export function requireMasterKey(card: PoweredCard): void {
  if (!isMasterKeyActive(card)) refuse('authenticationError');
}

/** The master key of what is selected, unless its settings make this free. */
export function requireMasterKeyUnless(card: PoweredCard, setting: number): void {
  if (!allows(selectedApplication(card), setting)) requireMasterKey(card);
}

/** At the level of the card, and with its master key unless its settings make this free. */
export function requireCardLevel(card: PoweredCard, setting?: number): void {
  if (card.selected !== piccAid) refuse('permissionDenied');
  if (setting === undefined) requireMasterKey(card);
  else requireMasterKeyUnless(card, setting);
}

export function requireApplicationLevel({ selected }: PoweredCard): void {
  if (selected === piccAid) refuse('permissionDenied');
}

/** With the card's master key, or with the application's own where the card lets everybody delete. */
export function requireDeletable(card: PoweredCard, aid: number): void {
  if (aid === piccAid) refuse('permissionDenied');
  applicationAt(card, aid);
  if (card.selected !== piccAid && card.selected !== aid) refuse('permissionDenied');
  requireMasterKey(card);
  const free = allows(applicationAt(card, piccAid), keySetting.creatingFree);
  if (card.selected === aid && !free) refuse('permissionDenied');
}

/** The upper half of KeySett1: which key changes keys; E means each key itself. */
export function requireChangeableKey(card: PoweredCard, number: number): void {
  const { settings } = selectedApplication(card);
  const changer = settings >> 4;
  const { session } = card;
  if (session === undefined) refuse('authenticationError');
  if (number === masterKeyNumber || card.selected === piccAid) {
    if ((settings & keySetting.masterKeyChangeable) === 0) refuse('permissionDenied');
    requireMasterKey(card);
    return;
  }
  if (changer === nobody) refuse('permissionDenied');
  if (session.keyNumber !== (changer === anybody ? number : changer)) refuse('authenticationError');
}

function allows({ settings }: Application, setting: number): boolean {
  return (settings & setting) !== 0;
}
