/**
 * A payment that the backend can be asked about: asked, and decided anew after the answer, for
 * other readers went on meanwhile. Whoever was declined a moment ago is refused without asking.
 */
import assert from 'node:assert/strict';
import type { Entropy } from '../../device/clock.ts';
import type { Decision, Question } from '../core/decision.ts';
import { referenceBytes } from '../sync/wire-authorise.ts';
import { type ClockRecordDeps, recordClockStep } from './clock-record.ts';
import { createDeclinedPayments } from './declined-payments.ts';
import type { Reading } from './read-token.ts';
import type { TapJudge } from './tap-judge.ts';

export interface PaymentQuestionsDeps extends ClockRecordDeps {
  readonly entropy: Entropy;
}

export interface Answered {
  readonly decision: Decision;
  /** Under which the backend was asked: it must be told what became of it. */
  readonly reference?: Uint8Array | undefined;
}

export type PaymentQuestions = (question: Question, reading: Reading) => Promise<Answered>;

export function createPaymentQuestions(
  judge: TapJudge,
  deps: PaymentQuestionsDeps,
): PaymentQuestions {
  const { entropy, stamper } = deps;
  const declined = createDeclinedPayments();
  const now = () => stamper.stamp().monotonicAt;

  return async (question, reading) => {
    const { token, sealed } = reading;
    assert(token.ok, 'only what was read is asked about');
    const payer = token.value;
    if (!declined.mayAsk(payer, now())) {
      return { decision: judge.judgeAnswered(reading, 'declined') };
    }
    const reference = entropy.bytes(referenceBytes);
    const said = await judge.ask(question, { token: payer, sealed }, reference);
    declined.note(payer, said, now());
    recordClockStep(deps);
    const decided = judge.judgeAnswered(reading, said ?? 'no-answer');
    if (said !== 'approved') return { decision: decided, reference: said && reference };
    if (decided.outcome !== 'accepted') judge.takeBack(reference);
    // The fare is what was charged, whatever has happened to the tariff's sums since.
    const decision = decided.outcome === 'accepted' ? { ...decided, fare: question.fare } : decided;
    return { decision, reference };
  };
}
