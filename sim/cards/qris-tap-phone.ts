/**
 * A phone that pays by QRIS Tap, as its card emulation was seen to answer: SELECT of the QRIS
 * application, then the text of a payment code in records, all but the last with status 61FF. Each
 * tap shows another code. What the text means is no business of the phone.
 */
import type { Entropy } from '../../device/clock.ts';
import { type CardModel, contactlessAtr, instruction, response, statusWord } from './card-model.ts';

const qrisAid = Buffer.from('A0000006022020', 'hex');
const readRecord = 0xb2;

/** Not of ISO/IEC 7816-4, where 61FF announces 255 bytes and 0000 is nothing. */
const moreRecords = 0x61ff;
const refused = 0x0000;

export interface QrisTapPhone extends CardModel {
  /** Drawn anew each time that it comes into a field: 08 and three random bytes. */
  readonly uid: Uint8Array;
}

interface QrisTapPhoneDeps {
  readonly entropy: Entropy;
  /** Asked once per tap. @returns base64 text. */
  readonly nextCode: () => string;
}

/** @param recordBytes 1 to 256. Default: a code of a wallet's usual length fits into one record. */
export function createQrisTapPhone(
  { entropy, nextCode }: QrisTapPhoneDeps,
  { recordBytes = 250 }: { readonly recordBytes?: number } = {},
): QrisTapPhone {
  let uid = randomUid(entropy);
  let code: Uint8Array | undefined;

  function select(apdu: Uint8Array): Uint8Array {
    if (!namesQris(apdu)) {
      // Android answers this itself, when no application on it has registered the identifier.
      code = undefined;
      return response(statusWord.fileNotFound);
    }
    code = Buffer.from(nextCode(), 'latin1');
    return response(statusWord.ok);
  }

  function read(apdu: Uint8Array): Uint8Array {
    const [, , record = 0] = apdu;
    const start = (record - 1) * recordBytes;
    const piece = code?.subarray(Math.max(start, 0), start + recordBytes) ?? new Uint8Array();
    if (code === undefined || piece.length === 0 || !namesQris(apdu)) return response(refused);
    return response(start + recordBytes < code.length ? moreRecords : statusWord.ok, piece);
  }

  return {
    // No historical bytes, as phones have none to tell.
    atr: contactlessAtr(new Uint8Array()),
    get uid() {
      return uid;
    },
    reset() {
      uid = randomUid(entropy);
      code = undefined;
    },
    respond(apdu) {
      if (apdu[1] === instruction.select) return select(apdu);
      if (apdu[1] === readRecord) return read(apdu);
      return response(refused);
    },
  };
}

function namesQris(apdu: Uint8Array): boolean {
  return Buffer.compare(apdu.subarray(5, 5 + (apdu[4] ?? 0)), qrisAid) === 0;
}

/** ISO/IEC 14443-3 §6.5.4: `08` begins a UID that is drawn. */
function randomUid(entropy: Entropy): Uint8Array {
  return Uint8Array.of(0x08, ...entropy.bytes(3));
}
