/** Keys of the selected application (or of the card) and the settings that govern them. */
import { equal } from '../../../src/core/bytes.ts';
import {
  keySetting,
  requireChangeableKey,
  requireMasterKey,
  requireMasterKeyUnless,
} from './access.ts';
import { type CardCommand, type CardCommands, managing, nothing } from './card-command.ts';
import { crc32, xor } from './card-crypto.ts';
import { refuse } from './card-status.ts';
import { fieldsOf, numbersOf } from './fields.ts';
import { type PoweredCard, selectedApplication } from './powered-card.ts';
import { managed, type Protection, type ReceivedCommand } from './secure-session.ts';

const keyBytes = 16;
const crcBytes = 4;
const aesKeys = 0x80;

const fullCommand: Protection = { ...managed, mode: 'full', carries: 'command' };

const changeKey: CardCommand = {
  protection({ session }, payload) {
    const own = payload[0] === session?.keyNumber;
    const trailerBytes = own ? 0 : crcBytes;
    return { ...fullCommand, headerBytes: 1, dataBytes: keyBytes + 1, trailerBytes };
  },
  run: runChangeKey,
};

const changeKeySettings: CardCommand = {
  protection: () => ({ ...fullCommand, dataBytes: 1 }),
  run: runChangeKeySettings,
};

export const keyCommands: CardCommands = [
  [0x45, managing(getKeySettings)],
  [0x64, managing(getKeyVersion)],
  [0xc4, changeKey],
  [0x54, changeKeySettings],
];

function getKeySettings(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  if (payload.length > 0) refuse('lengthError');
  requireMasterKeyUnless(card, keySetting.listingFree);
  const { settings, keys } = selectedApplication(card);
  return Uint8Array.of(settings, aesKeys | keys.length);
}

function getKeyVersion(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [number = 0] = numbersOf(payload, [1]);
  const key = selectedApplication(card).keys[number] ?? refuse('noSuchKey');
  return Uint8Array.of(key.version);
}

/**
 * KeyNo ‖ key ‖ version for the key of the session, which ends with it; any other key comes
 * exclusive-ored with the old one and with a check sum of its own (MF2DL(H)x0 data sheet §11.7.1).
 */
function runChangeKey(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const fields = fieldsOf(payload);
  const number = fields.number(1);
  const { keys } = selectedApplication(card);
  const old = keys[number] ?? refuse('noSuchKey');
  requireChangeableKey(card, number);
  const sent = fields.bytes(keyBytes);
  const version = fields.number(1);
  const own = number === card.session?.keyNumber;
  const value = own ? sent : xor(sent, old.value);
  if (!own && !equal(fields.bytes(crcBytes), crc32(value))) refuse('integrityError');
  fields.end();
  keys[number] = { value, version };
  if (own) card.session = undefined;
  return nothing;
}

function runChangeKeySettings(card: PoweredCard, { payload }: ReceivedCommand): Uint8Array {
  const [settings = 0] = numbersOf(payload, [1]);
  requireMasterKey(card);
  const application = selectedApplication(card);
  if ((application.settings & keySetting.settingsChangeable) === 0) refuse('permissionDenied');
  application.settings = settings;
  return nothing;
}
