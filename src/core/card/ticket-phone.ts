/**
 * The dialogue with a phone that holds a Halte ticket: SELECT the project's application, learn the
 * ticket's length, READ BINARY until it is whole; a ticket that names its holder's key is then
 * proved for a challenge. docs/ticket-format.md describes both sides.
 */
import { concat } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { answeredChallenge } from '../ticket/presentation.ts';
import { parseBareTicket, ticketBytesMax } from '../token/halte-ticket.ts';
import type { Token } from '../token/token.ts';
import {
  type CardResponse,
  internalAuthenticateApdu,
  readBinaryApdu,
  selectApdu,
  statusOk,
  statusText,
} from './apdu.ts';
import { type CardDialogue, end, fail, send } from './dialogue.ts';

/** `F0` (proprietary, unregistered: ISO/IEC 7816-5 §8.1) + "HALTE" + version 1. */
export const ticketPhoneAid = Uint8Array.of(0xf0, 0x48, 0x41, 0x4c, 0x54, 0x45, 0x01);

const versionKnown = 1;
const chunkBytes = 240;

export interface TicketPhoneOptions {
  readonly keyed: KeyedHash;
  /** 16 fresh random bytes. */
  readonly challenge: Uint8Array;
}

export function readTicketPhone(options: TicketPhoneOptions): CardDialogue<Token> {
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
    return readOn(length, new Uint8Array(), options);
  });
}

function readOn(
  length: number,
  soFar: Uint8Array,
  options: TicketPhoneOptions,
): CardDialogue<Token> {
  if (soFar.length === length) return proved(soFar, options);
  const wanted = Math.min(chunkBytes, length - soFar.length);
  return send(readBinaryApdu(soFar.length, wanted), (response) =>
    isWhole(response, wanted)
      ? readOn(length, concat(soFar, response.data), options)
      : fail('card-answer-invalid', `READ BINARY answered ${statusText(response.status)}`),
  );
}

function isWhole(response: CardResponse, wanted: number): boolean {
  return response.status === statusOk && response.data.length === wanted;
}

function proved(ticket: Uint8Array, { keyed, challenge }: TicketPhoneOptions): CardDialogue<Token> {
  // Only what answers the challenge counts here: a proof that was made for a code may be a copy.
  const token = parseBareTicket(ticket, keyed);
  if (!token.ok || token.value.holder === undefined) return end(token);
  return send(internalAuthenticateApdu(challenge), ({ data, status }) => {
    // A phone that cannot prove it shows a copied ticket: the rules say so to the rider.
    const proof = status === statusOk ? answeredChallenge(ticket, challenge, data) : undefined;
    return end(parseBareTicket(ticket, keyed, proof));
  });
}
