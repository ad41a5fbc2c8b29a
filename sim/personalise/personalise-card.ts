/**
 * Makes a transit card of a blank one. A card that was pulled away, at whatever moment, is held
 * again and goes on from there; run on a finished card it changes nothing but the pass that is
 * ordered. What is done in which order is in personalise-steps.ts.
 */
import { equal } from '../../src/core/bytes.ts';
import {
  readTransitCard,
  type TransitCard,
} from '../../src/core/card/desfire/read-transit-card.ts';
import { purseFile, transitKeyName } from '../../src/core/card/desfire/transit-application.ts';
import { encodePass, issueBytes } from '../../src/core/card/desfire/transit-pass.ts';
import { type CardConversationDeps, createCardConversation } from './card-conversation.ts';
import { notOurs, PersonaliseError } from './personalise-error.ts';
import {
  type CardOrder,
  type CardVisit,
  keyNumbers,
  personaliseSteps,
} from './personalise-steps.ts';

export interface PersonaliseProgress {
  /** What is done now. */
  readonly step: string;
  readonly done: number;
  readonly of: number;
}

export interface PersonaliseDeps extends CardConversationDeps {
  progress?(progress: PersonaliseProgress): void;
}

const nonceBytes = 16;

/**
 * @returns the finished card as a validator reads it.
 * @throws PersonaliseError, KeyStoreError, and whatever the channel rejects with; after `card/gone`
 * the same order is run again on the same card.
 */
export async function personaliseCard(
  order: CardOrder,
  deps: PersonaliseDeps,
): Promise<TransitCard> {
  const { openingBalance } = order;
  if (!isBalance(openingBalance)) throw new RangeError(`an opening balance of ${openingBalance}`);
  const key = (name: string) => cardKey(name, order.uid, deps);
  const keys = await Promise.all(keyNumbers.map((number) => key(`transit-${number}`)));
  const macKey = await key('transit-mac');
  const issue = deps.entropy.bytes(issueBytes);
  const visit = { order, card: createCardConversation(deps), keys, macKey, issue };
  const of = personaliseSteps.length + 1;
  for (const [done, { name, run }] of personaliseSteps.entries()) {
    deps.progress?.({ step: name, done, of });
    await run(visit);
  }
  deps.progress?.({ step: 'reading back', done: personaliseSteps.length, of });
  const made = await readBack(visit, deps.entropy.bytes(nonceBytes));
  deps.progress?.({ step: 'finished', done: of, of });
  return made;
}

export function isBalance(amount: number): boolean {
  return Number.isInteger(amount) && amount >= 0 && amount <= purseFile.balanceMax;
}

async function cardKey(name: string, uid: Uint8Array, { keyStore }: PersonaliseDeps) {
  const { key, version, diversification } = transitKeyName(name, uid);
  const found = await keyStore.cardKey(key, version, diversification);
  if (found !== undefined) return found;
  const hint = `add a master key "${key}" of version ${version} to the key store`;
  throw new PersonaliseError('card/key-missing', `the key store has no ${name}`, hint);
}

async function readBack({ card, order }: CardVisit, nonce: Uint8Array): Promise<TransitCard> {
  const read = await card.drive(readTransitCard({ uid: order.uid, nonce }));
  if (!read.ok) throw notOurs(read.fault.detail);
  const { passFile, pass: held } = read.value;
  const issue = held?.issue && { issue: held.issue };
  if (order.pass !== undefined && !equal(passFile, encodePass({ ...order.pass, ...issue }))) {
    throw notOurs('its pass is not what was written');
  }
  return read.value;
}
