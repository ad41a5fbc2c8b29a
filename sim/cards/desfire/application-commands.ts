/** Selecting, making and deleting applications. */
import { keySetting, requireCardLevel, requireDeletable } from './access.ts';
import { type CardCommands, managing, nothing, unsecured } from './card-command.ts';
import { refuse } from './card-status.ts';
import { numbersOf } from './fields.ts';
import { applicationHeaderBytes, freeBytes, piccAid, zeroKey } from './memory.ts';
import { applicationAt, type PoweredCard, selectApplication } from './powered-card.ts';
import type { ReceivedCommand } from './secure-session.ts';

/** Of EV1; later cards take as many as there is room for. */
const ev1ApplicationsMax = 28;
const keysMax = 14;
const aidSize = 3;
/** Bits 7 and 6 of KeySett2: AES. The model has no other keys. */
const aesKeys = 0x80;
const keyTypeMask = 0xc0;
const keyCountMask = 0x0f;

export const applicationCommands: CardCommands = [
  [0x5a, unsecured(select)],
  [0xca, managing(createApplication)],
  [0xda, managing(deleteApplication)],
];

/** Ends the session and the transaction, even when the application was selected already. */
function select(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [aid = 0] = numbersOf(payload, [aidSize]);
  applicationAt(card, aid);
  selectApplication(card, aid);
  return nothing;
}

function createApplication(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [aid = 0, settings = 0, keyOptions = 0] = numbersOf(payload, [aidSize, 1, 1]);
  requireCardLevel(card, keySetting.creatingFree);
  const count = keyOptions & keyCountMask;
  // Bits 4 and 5 announce further fields, which the model does not know.
  const plain = (keyOptions & ~(keyTypeMask | keyCountMask)) === 0;
  if (!plain || (keyOptions & keyTypeMask) !== aesKeys || count === 0 || count > keysMax) {
    refuse('parameterError');
  }
  const { applications } = card.memory;
  if (applications.has(aid)) refuse('duplicateError');
  // The card itself counts as one.
  if (card.generation === 'ev1' && applications.size > ev1ApplicationsMax) refuse('countError');
  if (applicationHeaderBytes(count) > freeBytes(card.memory)) refuse('outOfMemory');
  const keys = Array.from({ length: count }, () => zeroKey);
  applications.set(aid, { settings, keys, files: new Map() });
  return nothing;
}

function deleteApplication(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [aid = 0] = numbersOf(payload, [aidSize]);
  requireDeletable(card, aid);
  card.memory.applications.delete(aid);
  if (card.selected === aid) selectApplication(card, piccAid);
  return nothing;
}
