/**
 * What is decided of a reading, by what is known at this moment. Every call looks anew: after a
 * payment was put to the backend, what other readers did meanwhile counts.
 */
import assert from 'node:assert/strict';
import type { decideTap } from '../core/decide.ts';

import type { Decision, Question } from '../core/decision.ts';
import { refusedUnlessFailOpen } from '../core/fail-open.ts';
import type { Authorisation, Situation } from '../core/rules/rule.ts';
import type { Token } from '../core/token/token.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import type { Authoriser } from '../sync/authoriser.ts';
import type { Reading } from './read-token.ts';
import type { Stamper } from './stamp.ts';
import { createTapRecall } from './tap-recall.ts';
import type { TapSurroundings } from './tap-row.ts';

export interface TapJudgeDeps {
  readonly decide: typeof decideTap;
  readonly ledger: TapLedger;
  /** By which trips on cards name this device. */
  readonly deviceTag: Uint8Array;
  readonly stamper: Stamper;
  /** Where the bus is and by what rules, now. */
  readonly surroundings: () => TapSurroundings;
  /** Without one, no payment is authorised. */
  readonly authoriser?: Authoriser | undefined;
}

/** The token that is to pay, and its secret sealed for the backend. */
export interface Payer {
  readonly token: Token;
  readonly sealed?: Uint8Array | undefined;
}

export interface TapJudge {
  judge(reading: Reading): Decision | Question;
  /**
   * @param reference `referenceBytes` random bytes.
   * @returns undefined when nobody was asked.
   */
  ask(question: Question, payer: Payer, reference: Uint8Array): Promise<Authorisation | undefined>;
  /** What was charged under the reference is taken back. */
  takeBack(reference: Uint8Array): void;
  judgeAnswered(reading: Reading, authorisation: Authorisation): Decision;
  /** Whether it would be accepted if it were the first time. */
  isGoodInItself(reading: Reading): boolean;
}

export function createTapJudge(deps: TapJudgeDeps): TapJudge {
  const recall = createTapRecall(deps);

  function judge({ token }: Reading, change: Partial<Situation> = {}): Decision | Question {
    const { wallAt: now } = deps.stamper.stamp();
    if (!token.ok) {
      const { inForce, failOpen } = deps.surroundings();
      return refusedUnlessFailOpen(token.fault.reason, { rules: inForce.rules, failOpen, now });
    }
    return deps.decide(token.value, { ...situationOf(token.value), ...change });
  }

  function situationOf(token: Token): Situation {
    const { wallAt: now, clockQuality } = deps.stamper.stamp();
    const { inForce, place, failOpen, syncAgeMs } = deps.surroundings();
    const around = { rules: inForce.rules, listings: inForce.listingsOf(token, now), now };
    return {
      ...{ ...around, place, clockQuality, failOpen, syncAgeMs },
      listAgeMs: inForce.listAgeMs(now),
      history: recall(token, around),
    };
  }

  function askedAt() {
    const { epoch, seq } = deps.ledger.head;
    const { bootId, monotonicAt } = deps.stamper.stamp();
    return { epoch, seq, bootId, monotonicAt };
  }

  return {
    judge: (reading) => judge(reading),
    async ask({ fare, deadlineMs }, { token, sealed }, reference) {
      const { tokenKey, accountKey, format } = token;
      const { amount, product } = fare;
      const request = { reference, format, tokenKey, accountKey, sealed, amount, product };
      return deps.authoriser?.authorise({ ...request, asked: askedAt() }, deadlineMs);
    },
    takeBack: (reference) => deps.authoriser?.takeBack(reference),
    judgeAnswered(reading, authorisation) {
      const answered = judge(reading, { authorisation });
      assert(!isQuestion(answered), 'an answered question is not asked again');
      return answered;
    },
    isGoodInItself(reading) {
      if (!reading.token.ok) return false;
      const { atRisk } = deps.ledger.recall(reading.token.value, deps.stamper.stamp().wallAt);
      const history = { ridesUsed: 0, taps: [], atRisk };
      const decided = judge(reading, { history, authorisation: 'approved' });
      return !isQuestion(decided) && decided.outcome === 'accepted';
    },
  };
}

export function isQuestion(decided: Decision | Question): decided is Question {
  return 'ask' in decided;
}
