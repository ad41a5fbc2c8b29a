/**
 * The decision, pure and total: the first rule that objects refuses; when none does, what proves
 * the token says on what basis it is accepted. A payment that the backend can still be asked about
 * is a question first.
 */
import { acceptanceOf, cardReason } from './acceptance.ts';
import { settleIntent } from './card/settle-intent.ts';
import type { Decision, Fare, Question, Settlement } from './decision.ts';
import { isForNothing } from './decision.ts';
import { refusedUnlessFailOpen } from './fail-open.ts';
import { fareOf } from './fare/fare-of.ts';
import type { Reason } from './reason.ts';
import { clockTrusted } from './rules/clock-trusted.ts';
import { genuine } from './rules/genuine.ts';
import { hasFare } from './rules/has-fare.ts';
import { held } from './rules/held.ts';
import { inForce } from './rules/in-force.ts';
import { listed } from './rules/listed.ts';
import { notDenied } from './rules/not-denied.ts';
import { notTappedBefore, tapBefore } from './rules/not-tapped-before.ts';
import { productAccepted } from './rules/product-accepted.ts';
import { productValid } from './rules/product-valid.ts';
import { purseCovers } from './rules/purse-covers.ts';
import type { Authorisation, Rule, Situation, TapFacts } from './rules/rule.ts';
import { signerOf } from './rules/signer.ts';
import { validHere } from './rules/valid-here.ts';
import { withinRisk } from './rules/within-risk.ts';
import type { Token } from './token/token.ts';

/** In the order in which a rider should hear of them: forgery before expiry, expiry before reuse. */
const acceptanceRules: Readonly<Record<string, Rule>> = {
  'clock-trusted': clockTrusted,
  genuine,
  'not-denied': notDenied,
  listed,
  'in-force': inForce,
  'product-accepted': productAccepted,
  'valid-here': validHere,
  'product-valid': productValid,
  held,
  'has-fare': hasFare,
  'not-tapped-before': notTappedBefore,
  'purse-covers': purseCovers,
  'within-risk': withinRisk,
};

/** Where the backend was asked, or cannot be: there is nothing left to ask. */
export type AnsweredSituation = Situation & { readonly authorisation: Authorisation };

export function decideTap(token: Token, situation: AnsweredSituation): Decision;
export function decideTap(token: Token, situation: Situation): Decision | Question;
export function decideTap(token: Token, situation: Situation): Decision | Question {
  const settlement = settlementOf(token, situation);
  const fare = fareOf(token, situation);
  const paid = alreadyPaid(token, fare, settlement);
  if (paid !== undefined) return paid;
  const facts = { token, fare, signer: signerOf(token, situation.rules), ...situation };
  const question = questionOf(facts);
  if (question !== undefined) return question;
  const decision = judged(facts);
  return settlement === undefined ? decision : { ...decision, settlement };
}

/** What each rule says, in their order, up to and with the first that objects: for `rules explain`. */
export function judgements(
  token: Token,
  situation: Situation,
): readonly { readonly rule: string; readonly objection: Reason | undefined }[] {
  const signer = signerOf(token, situation.rules);
  const facts = { token, fare: fareOf(token, situation), signer, ...situation };
  const said = Object.entries(acceptanceRules).map(([rule, judge]) => ({
    rule,
    objection: judge(facts),
  }));
  const first = said.findIndex(({ objection }) => objection !== undefined);
  return first === -1 ? said : said.slice(0, first + 1);
}

/** The first objection; undefined when every rule is content. */
function objectionTo(facts: TapFacts): Reason | undefined {
  for (const rule of Object.values(acceptanceRules)) {
    const objection = rule(facts);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function judged(facts: TapFacts): Decision {
  const { fare } = facts;
  const objection = objectionTo(facts);
  if (fare !== undefined && objection === undefined) return acceptanceOf(facts, fare);
  const refused = refusedUnlessFailOpen(objection ?? 'no-fare-here', facts);
  const before = objection === 'already-tapped' ? tapBefore(facts) : undefined;
  return before === undefined ? refused : { ...refused, tappedAt: before.at };
}

/** Asked only when there is something to pay, and a yes would let the rider in. */
function questionOf(facts: TapFacts): Question | undefined {
  const { token, fare, authorisation, rules } = facts;
  if (token.proof.kind !== 'deferred' || authorisation !== undefined) return undefined;
  if (fare === undefined || isForNothing(fare)) return undefined;
  if (objectionTo({ ...facts, authorisation: 'approved' }) !== undefined) return undefined;
  return { ask: 'authorisation', fare, deadlineMs: rules.policy.online.deadlineMs };
}

/** An earlier debit whose end nobody saw, told by the card now. */
function settlementOf(token: Token, { history }: Situation): Settlement | undefined {
  const { openIntent } = history;
  if (openIntent === undefined || token.card === undefined) return undefined;
  return { intent: openIntent, result: settleIntent(openIntent, token.card) };
}

/**
 * The rider holds the card again because nobody told them that the fare was taken: a ride that was
 * paid for is given, once, whatever the clock says and whatever list the card came on since.
 */
function alreadyPaid(
  token: Token,
  fare: Fare | undefined,
  settlement: Settlement | undefined,
): Decision | undefined {
  if (settlement?.result !== 'committed' || settlement.intent.action === 'reset') return undefined;
  const { product = fare?.product ?? 'unknown', trip } = settlement.intent;
  const paid: Fare = {
    ...(fare ?? { action: 'single', leg: { boarding: { at: trip.at } } }),
    ...{ product, amount: trip.amount },
  };
  const reason = cardReason(token, paid);
  return { outcome: 'accepted', basis: 'verified', reason, fare: paid, settlement };
}
