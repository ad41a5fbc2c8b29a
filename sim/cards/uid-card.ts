/**
 * A card of which a reader sees the UID and nothing else: MIFARE Ultralight or Classic, or any
 * ISO/IEC 14443 card of somebody else. It answers no command.
 */
import { type CardModel, contactlessAtr, response, statusWord } from './card-model.ts';

/** Card names of PC/SC part 3 supplemental document, §3.1. */
const storageNames = { 'classic-1k': [0x00, 0x01], ultralight: [0x00, 0x03] } as const;

export function createUidCard(
  uid: Uint8Array,
  kind: keyof typeof storageNames | 'iso-14443-4' = 'ultralight',
): CardModel {
  return {
    atr: kind === 'iso-14443-4' ? contactlessAtr(new Uint8Array()) : storageAtr(storageNames[kind]),
    uid,
    respond: () => response(statusWord.instructionUnknown),
  };
}

/** PC/SC part 3 §3.1.3.2.3.2: RID of the workgroup, standard ISO 14443 A part 3, card name. */
function storageAtr(name: readonly number[]): Uint8Array {
  const rid = [0xa0, 0x00, 0x00, 0x03, 0x06];
  return contactlessAtr(Uint8Array.of(0x80, 0x4f, 0x0c, ...rid, 0x03, ...name, 0, 0, 0, 0));
}
