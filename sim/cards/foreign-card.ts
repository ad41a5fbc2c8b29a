/** A card of somebody else, a bank's or an office door's: it knows no application of ours. */
import { type CardModel, contactlessAtr, instruction, response, statusWord } from './card-model.ts';

export function createForeignCard(): CardModel {
  return {
    atr: contactlessAtr(Buffer.from('FOREIGN', 'latin1')),
    respond: ([, ins]) =>
      response(
        ins === instruction.select ? statusWord.fileNotFound : statusWord.instructionUnknown,
      ),
  };
}
