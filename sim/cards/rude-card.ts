/**
 * A card that behaves badly in one way: it answers garbage, falls silent until the validator gives
 * up, or is torn off amid the dialogue. A card model alone can neither be silent nor leave, so a rude
 * card says how it is held: as the slots of pcscd's virtual reader take it.
 */
import type { CardModel } from './card-model.ts';
import { createForeignCard } from './foreign-card.ts';

export type Rudeness =
  /** To every command the same, whatever it was. */
  | { readonly answers: Uint8Array }
  /** Answers so many commands, and is silent from then on. */
  | { readonly silentAfter: number }
  /** Answers so many commands and leaves at the next, perhaps once it has carried that out. */
  | { readonly tornAfter: number; readonly isLastHeard?: boolean };

export interface RudeCard {
  readonly card: CardModel;
  readonly holding: {
    readonly silentAfterApdus?: number;
    readonly tearAfterApdus?: number;
    readonly isLastHeard?: boolean;
  };
}

/** @param card which is rude; what it has written stays written in it. */
export function createRudeCard(
  rudeness: Rudeness,
  card: CardModel = createForeignCard(),
): RudeCard {
  if ('answers' in rudeness) {
    const respond = () => rudeness.answers;
    // The prototype keeps a UID that is drawn anew at each look.
    return { card: Object.create(card, { respond: { value: respond } }), holding: {} };
  }
  if ('silentAfter' in rudeness) {
    return { card, holding: { silentAfterApdus: rudeness.silentAfter } };
  }
  const { tornAfter, isLastHeard = false } = rudeness;
  return { card, holding: { tearAfterApdus: tornAfter, isLastHeard } };
}
