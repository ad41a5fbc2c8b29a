/**
 * One scan, from the reader to the rider:
 *
 *   scan → token → (same presentation? done) → decide → ledger.append (fsync) → indicators
 *                                              │  └ card asked to debit: intent row, card
 *                                              └ a payment: the backend is asked, then decide again
 *
 * Invariant: nothing is shown as accepted before append has returned (promise 1). When the row
 * cannot be written the rider sees "out of service" and the error goes up: the runtime stops
 * rather than let anyone ride unrecorded. Only for want of room it goes on, and accepts nobody.
 */
import type { Indicator, Signal } from '../../device/indicator.ts';
import type { Scan } from '../../device/token-reader.ts';
import { withoutFare } from '../core/decision.ts';
import type { Row } from '../core/ledger/row.ts';
import { asksCard, chargeCard, unasked, writtenTrip } from './charge-card.ts';
import { recordClockStep } from './clock-record.ts';
import { createHeldMedia } from './held-media.ts';
import type { Inspector } from './inspector.ts';
import type { InstructCardDeps } from './instruct-card.ts';
import { type Answered, createPaymentQuestions } from './payment-questions.ts';
import { type Reading, type ReadTokenDeps, readToken } from './read-token.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { Report } from './runtime-event.ts';
import type { StorageWatch } from './storage-watch.ts';
import { createTapJudge, isQuestion, type TapJudgeDeps } from './tap-judge.ts';
import { acceptedToken, type SignalContext, signalOf, type Tap, tapRow } from './tap-row.ts';

export interface TapHandlerDeps extends ReadTokenDeps, InstructCardDeps, TapJudgeDeps {
  readonly indicators: readonly Indicator[];
  readonly report: Report;
  /** Without one, every refusal is a row of its own. */
  readonly refusals?: RefusalLog | undefined;
  /** Without one, everything presented is a tap. */
  readonly inspector?: Inspector | undefined;
  /** Without one, a full disk is a failure like any other. */
  readonly storage?: Pick<StorageWatch, 'isInService' | 'takes'> | undefined;
}

export type TapHandler = (scan: Scan) => Promise<void>;

export function createTapHandler(deps: TapHandlerDeps): TapHandler {
  const { ledger, stamper } = deps;
  const judge = createTapJudge(deps);
  const answered = createPaymentQuestions(judge, deps);
  const held = createHeldMedia({ judge, show });
  let keyComplaint = '';

  return (scan) =>
    orOutOfService(scan, async () => {
      const reading = await readToken(scan, deps);
      noteMissingKey(reading);
      const isOpen = deps.storage?.isInService ?? true;
      if (isOpen && (await deps.inspector?.takes(scan, reading))) return;
      if (held.goesOn(scan, reading)) return;
      if (!isOpen) return refuse(scan, 'storage-full');
      const { tap, ...recording } = await recorded(scan, reading);
      const signal = signalOf(tap, recording);
      held.decided(scan, reading, { outcome: tap.decision.outcome, signal });
      show(signal);
    });

  /** The rider sees that the device cannot go on; so does whoever runs it. */
  async function orOutOfService(scan: Scan, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isForRoom = deps.storage?.takes(error) ?? false;
      refuse(scan, isForRoom ? 'storage-full' : 'out-of-service');
      if (!isForRoom) throw error;
    }
  }

  /** Nothing is recorded of it. */
  function refuse(scan: Scan, reason: 'storage-full' | 'out-of-service'): void {
    held.interrupted(scan);
    show(signalOf({ scan, decision: withoutFare(reason) }));
  }

  /** Riders see it at each card; the log hears of it once until a card could be read. */
  function noteMissingKey({ token }: Reading): void {
    if (token.ok && token.value.proof.kind === 'card') keyComplaint = '';
    if (token.ok || token.fault.reason !== 'card-key-missing') return;
    const { detail } = token.fault;
    if (detail !== keyComplaint) deps.report({ event: 'card-key-missing', detail });
    keyComplaint = detail;
  }

  /**
   * Between a decision and its row nothing else may run, or one token could be accepted at two
   * readers at once: it waits only for a card that is asked to do something. What the backend is
   * asked about is decided after the answer.
   */
  async function recorded(
    scan: Scan,
    reading: Reading,
  ): Promise<{ readonly tap: Tap } & Required<SignalContext>> {
    recordClockStep(deps);
    const first = judge.judge(reading);
    const { decision: decided, reference }: Answered = isQuestion(first)
      ? await answered(first, reading)
      : { decision: first };
    const { decision, outcomes } = asksCard(decided)
      ? await chargeCard({ ...reading, scan, decision: decided }, decided, deps)
      : unasked(decided, stamper);
    return written({ scan, ...reading, decision, reference }, outcomes);
  }

  /** A refusal that is only counted has no row, and so no place. */
  function written(tap: Tap, outcomes: readonly Row[]) {
    const stamp = stamper.stamp();
    const around = deps.surroundings();
    const { rules } = around.inForce;
    const hasRows = outcomes.length > 0 || tap.reference !== undefined;
    const { counts = [], isCounted = false } = deps.refusals?.note(tap, hasRows) ?? {};
    const own = isCounted ? [] : [...outcomes, tapRow(tap, around, stamp)];
    const rows = [...counts, ...own];
    const token = acceptedToken(tap, rules, stamp.wallAt);
    const accepted = token && { ...token, trip: writtenTrip(outcomes, deps.deviceTag) };
    const last = rows.length === 0 ? undefined : ledger.appendTogether(rows, accepted);
    const place = isCounted ? undefined : last;
    return { tap, place, time: rules.tariff.time, now: stamp.wallAt };
  }

  function show(signal: Signal): void {
    for (const indicator of deps.indicators) indicator.show(signal);
  }
}
