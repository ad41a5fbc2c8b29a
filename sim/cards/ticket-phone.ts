/**
 * A phone that holds a Halte ticket and speaks the ticket dialogue: SELECT of the project's
 * application tells version and length, READ BINARY gives the ticket piece by piece, INTERNAL
 * AUTHENTICATE proves the holder's key. What the bytes of the ticket mean is no business of the
 * phone.
 */
import type { Signer } from '../../src/core/crypto/cose-sign1.ts';
import { proofMessage } from '../../src/core/ticket/presentation.ts';
import { type CardModel, contactlessAtr, instruction, response, statusWord } from './card-model.ts';

/** F0 for a proprietary, unregistered AID (ISO/IEC 7816-5), then "HALTE" and 01. */
export const ticketAid = Uint8Array.from([0xf0, 0x48, 0x41, 0x4c, 0x54, 0x45, 0x01]);

const dialogueVersion = 0x01;

/** @param holder the key that the ticket names; without one the phone proves nothing. */
export function createTicketPhone(ticket: Uint8Array, holder?: Signer): CardModel {
  let selected = false;

  function select(apdu: Uint8Array): Uint8Array {
    const aid = apdu.subarray(5, 5 + (apdu[4] ?? 0));
    selected = Buffer.compare(aid, ticketAid) === 0;
    if (!selected) return response(statusWord.fileNotFound);
    const { length } = ticket;
    return response(statusWord.ok, Uint8Array.of(dialogueVersion, length >> 8, length & 0xff));
  }

  function readBinary([, , p1 = 0, p2 = 0, le]: Uint8Array): Uint8Array {
    if (!selected) return response(statusWord.conditionsNotSatisfied);
    if (le === undefined) return response(statusWord.wrongLength);
    const offset = (p1 << 8) | p2;
    if (offset >= ticket.length) return response(statusWord.wrongOffset);
    // Le 00 asks for 256 bytes, ISO/IEC 7816-4 §5.1.
    return response(statusWord.ok, ticket.subarray(offset, offset + (le === 0 ? 256 : le)));
  }

  function authenticate(apdu: Uint8Array): Uint8Array {
    if (!selected || holder === undefined) return response(statusWord.conditionsNotSatisfied);
    const challenge = apdu.subarray(5, 5 + (apdu[4] ?? 0));
    return response(statusWord.ok, holder.sign(proofMessage(ticket, challenge)));
  }

  return {
    atr: contactlessAtr(Buffer.from('HALTE', 'latin1')),
    reset() {
      selected = false;
    },
    respond(apdu) {
      if (apdu[1] === instruction.select) return select(apdu);
      if (apdu[1] === instruction.readBinary) return readBinary(apdu);
      if (apdu[1] === instruction.internalAuthenticate) return authenticate(apdu);
      return response(statusWord.instructionUnknown);
    },
  };
}
