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
  if (apdu[0] !== readerClass) return card.respond(apdu);
  if (apdu[1] !== getData || card.uid === undefined) {
    return response(statusWord.functionNotSupported);
  }
  return response(statusWord.ok, card.uid);
}
