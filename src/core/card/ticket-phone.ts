/**
 * The dialogue with a phone that holds a Halte ticket: SELECT the project's application, learn the
 * ticket's length, READ BINARY until it is whole. docs/ticket-format.md §4 describes both sides.
 */
import { concat } from '../bytes.ts';
import { parseHalteTicket, ticketBytesMax } from '../token/halte-ticket.ts';
import type { Token } from '../token/token.ts';
import { type CardResponse, readBinaryApdu, selectApdu } from './apdu.ts';
import { type CardDialogue, end, fail, send } from './dialogue.ts';

/** `F0` (proprietary, unregistered: ISO/IEC 7816-5 §8.1) + "HALTE" + version 1. */
export const ticketPhoneAid = Uint8Array.of(0xf0, 0x48, 0x41, 0x4c, 0x54, 0x45, 0x01);

const versionKnown = 1;
const chunkBytes = 240;
const statusOk = 0x9000;

export function readTicketPhone(): CardDialogue<Token> {
  return send(selectApdu(ticketPhoneAid), ({ data, status }) => {
    if (status !== statusOk) return fail('unknown-card', `SELECT answered ${statusText(status)}`);
    const [version, high, low] = data;
    if (version === undefined || high === undefined || low === undefined) {
      return fail('card-answer-invalid', 'SELECT answered no version and length');
    }
    if (version !== versionKnown) return fail('unknown-card', `application version ${version}`);
    const length = high * 256 + low;
    if (length < 1 || length > ticketBytesMax) {
      return fail('malformed-token', `ticket of ${length} bytes`);
    }
    return readOn(length, new Uint8Array());
  });
}

function readOn(length: number, soFar: Uint8Array): CardDialogue<Token> {
  if (soFar.length === length) return end(parseHalteTicket(soFar));
  const wanted = Math.min(chunkBytes, length - soFar.length);
  return send(readBinaryApdu(soFar.length, wanted), (response) =>
    isWhole(response, wanted)
      ? readOn(length, concat(soFar, response.data))
      : fail('card-answer-invalid', `READ BINARY answered ${statusText(response.status)}`),
  );
}

function isWhole(response: CardResponse, wanted: number): boolean {
  return response.status === statusOk && response.data.length === wanted;
}

function statusText(status: number): string {
  return status.toString(16).padStart(4, '0');
}
