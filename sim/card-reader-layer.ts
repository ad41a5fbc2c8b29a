/**
 * What a contactless reader does itself before a card sees a command: it tells the UID when asked
 * (PC/SC part 3 §3.2.2.1.3). The simulated field and the virtual slot both stand for reader and
 * card, so both answer through this.
 */
import { type CardModel, response, statusWord } from './cards/card-model.ts';

/** Class byte of pseudo-APDUs, for the reader alone. */
const readerClass = 0xff;
const getData = 0xca;

/** The response of reader and card together. */
export function respondThroughReader(card: CardModel, apdu: Uint8Array): Uint8Array {
  const [cla, ins, p1, p2] = apdu;
  if (cla !== readerClass) return card.respond(apdu);
  // P1 01 would ask for the ATS, which no model has apart from its ATR.
  const asksUid = ins === getData && p1 === 0 && p2 === 0;
  return asksUid && card.uid !== undefined
    ? response(statusWord.ok, card.uid)
    : response(statusWord.functionNotSupported);
}
