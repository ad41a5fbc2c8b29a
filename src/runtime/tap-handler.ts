/**
 * One scan, from the reader to the rider:
 *
 *   scan → token → (same presentation? done) → decide → ledger.append (fsync) → indicators
 *                                              │  └ card asked to debit: intent row, card
 *                                              └ a payment: the backend is asked, then decide again
 *
 * Invariant: nothing is shown as accepted before append has returned (promise 1). When the row
 * cannot be written the rider sees "out of service" and the error goes up: the runtime stops
 * rather than let anyone ride unrecorded.
 */
import assert from 'node:assert/strict';
import type { Indicator, Signal } from '../../device/indicator.ts';
import type { Scan } from '../../device/token-reader.ts';
import type { CardInstruction } from '../core/card/instruction.ts';
import { tripId } from '../core/card/settle-intent.ts';
import { type Decision, type Settlement, withoutFare } from '../core/decision.ts';
import type { Row } from '../core/ledger/row.ts';
import { continued, holding, type Presentation } from '../core/presentation.ts';
import { recordClockStep } from './clock-record.ts';
import type { Inspector } from './inspector.ts';
import { type InstructCardDeps, instructCard } from './instruct-card.ts';
import { type Answered, createPaymentQuestions } from './payment-questions.ts';
import { type Reading, type ReadTokenDeps, readToken } from './read-token.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { Report } from './runtime-event.ts';
import { createTapJudge, isQuestion, type TapJudgeDeps } from './tap-judge.ts';
import { acceptedToken, type SignalContext, signalOf, type Tap, tapRow } from './tap-row.ts';

export interface TapHandlerDeps extends ReadTokenDeps, InstructCardDeps, TapJudgeDeps {
  readonly indicators: readonly Indicator[];
  readonly report: Report;
  /** Without one, every refusal is a row of its own. */
  readonly refusals?: RefusalLog | undefined;
  /** Without one, everything presented is a tap. */
  readonly inspector?: Inspector | undefined;
}

/** What is held to one reader or slot, and whose signal its lights show. */
interface Door {
  readonly held: readonly Presentation<Signal>[];
  readonly showing: string | undefined;
}

const nobody: Door = { held: [], showing: undefined };

export type TapHandler = (scan: Scan) => Promise<void>;

export function createTapHandler(deps: TapHandlerDeps): TapHandler {
  const { ledger } = deps;
  const judge = createTapJudge(deps);
  const answered = createPaymentQuestions(judge, deps);
  const doors = new Map<string, Door>();
  let keyComplaint = '';

  return async (scan) => {
    const reading = await readOrStop(scan);
    if (await orOutOfService(scan, () => deps.inspector?.takes(scan, reading))) return;
    if (!isStillHeld(scan, reading)) await tapped(scan, reading);
  };

  /** The same presentation: what was decided of it holds. */
  function isStillHeld(scan: Scan, reading: Reading): boolean {
    const { seen } = reading;
    const door = doors.get(scan.reader) ?? nobody;
    const lastSeenAt = scan.lastByteAt;
    const known = continued(door.held, reading, lastSeenAt);
    if (known === undefined) return false;
    if (known.seen !== seen && !judge.isGoodInItself(reading)) return false;
    // An amber or another code came between: the rider must see again what was decided.
    if (door.showing !== known.seen) show({ ...known.result, lastByteAt: lastSeenAt });
    const held = holding(door.held, { ...known, seen, lastSeenAt });
    doors.set(scan.reader, { held, showing: seen });
    return true;
  }

  async function tapped(scan: Scan, reading: Reading): Promise<void> {
    const { seen, standsFor } = reading;
    const door = doors.get(scan.reader) ?? nobody;
    const { tap, ...recording } = await recorded(scan, reading);
    const signal = signalOf(tap, recording);
    const { outcome } = tap.decision;
    const isRead = outcome !== 'retry';
    // A refused code is known by its bytes alone: the next code of the same ticket may be better.
    const sight = outcome === 'accepted' ? { seen, standsFor } : { seen };
    const presented = { ...sight, lastSeenAt: scan.lastByteAt, result: signal };
    const held = isRead ? holding(door.held, presented) : door.held;
    doors.set(scan.reader, { held, showing: isRead ? seen : undefined });
    show(signal);
  }

  function readOrStop(scan: Scan): Promise<Reading> {
    return orOutOfService(scan, async () => {
      const reading = await readToken(scan, deps);
      const fault = reading.token.ok ? undefined : reading.token.fault;
      if (fault?.reason === 'card-key-missing') reportMissingKey(fault.detail);
      return reading;
    });
  }

  /** Riders see it at each card; the log hears of it once until a card could be read. */
  function reportMissingKey(detail: string): void {
    if (detail === keyComplaint) return;
    keyComplaint = detail;
    deps.report({ event: 'card-key-missing', detail });
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
    return orOutOfService(scan, async () => {
      recordClockStep(deps);
      const first = judge.judge(reading);
      const { decision: decided, reference }: Answered = isQuestion(first)
        ? await answered(first, reading)
        : { decision: first };
      const { decision, outcomes } = asksCard(decided)
        ? await chargedToCard({ ...reading, scan, decision: decided }, decided)
        : { decision: decided, outcomes: settledRow(decided.settlement) };
      return written({ scan, ...reading, decision, reference }, outcomes);
    });
  }

  /** A refusal that is only counted has no row, and so no place. */
  function written(tap: Tap, outcomes: readonly Row[]) {
    const stamp = deps.stamper.stamp();
    const around = deps.surroundings();
    const { rules } = around.inForce;
    const hasRows = outcomes.length > 0 || tap.reference !== undefined;
    const { counts = [], isCounted = false } = deps.refusals?.note(tap, hasRows) ?? {};
    const own = isCounted ? [] : [...outcomes, tapRow(tap, around, stamp)];
    const rows = [...counts, ...own];
    const token = acceptedToken(tap, rules, stamp.wallAt);
    const accepted = token && { ...token, trip: writtenTrip(outcomes) };
    const last = rows.length === 0 ? undefined : ledger.appendTogether(rows, accepted);
    const place = isCounted ? undefined : last;
    return { tap, place, time: rules.tariff.time, now: stamp.wallAt };
  }

  /** The rider sees that the device cannot go on; so does whoever runs it. */
  async function orOutOfService<T>(scan: Scan, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      show(outOfServiceSignal(scan));
      throw error;
    }
  }

  /** By which the tap is known again among those that the card tells of. */
  function writtenTrip(outcomes: readonly Row[]): string | undefined {
    const { deviceTag } = deps;
    for (const row of outcomes) {
      if (row.kind !== 'card-outcome' || row.result !== 'committed') continue;
      return tripId({ deviceTag, epoch: row.intentEpoch, seq: row.intentSeq });
    }
    return undefined;
  }

  function show(signal: Signal): void {
    for (const indicator of deps.indicators) indicator.show(signal);
  }

  /**
   * The card has the last word on what it was asked to do: unless it commits, try again. What
   * became of an earlier debit is written before a new one begins, else together with the tap.
   */
  async function chargedToCard(
    { scan, token, sealed }: Tap,
    decision: Instructing,
  ): Promise<{ readonly decision: Decision; readonly outcomes: readonly Row[] }> {
    const settled = settledRow(decision.settlement);
    if (settled.length > 0) ledger.appendTogether(settled);
    assert(scan.medium === 'nfc' && token.ok, 'only a card can be instructed');
    const card = { tokenKey: token.value.tokenKey, sealed, channel: scan.channel };
    const outcome = await instructCard(decision.instruction, card, deps);
    // It took its time: the rows that follow bear the clock that is now.
    recordClockStep(deps);
    const outcomes = [outcome];
    if (outcome.result === 'committed') return { decision, outcomes };
    const isDeclined = outcome.result === 'not-committed';
    return { decision: withoutFare(isDeclined ? 'card-declined' : 'card-gone'), outcomes };
  }

  function settledRow(settlement: Settlement | undefined): readonly Row[] {
    if (settlement === undefined || settlement.result === 'unknown') return [];
    const { epoch: intentEpoch, seq: intentSeq } = settlement.intent.trip;
    const { result } = settlement;
    return [{ kind: 'card-outcome', ...deps.stamper.stamp(), intentEpoch, intentSeq, result }];
  }
}

function outOfServiceSignal(scan: Scan): Signal {
  return signalOf({ scan, decision: withoutFare('out-of-service') });
}

type Instructing = Decision & { readonly instruction: CardInstruction };

function asksCard(decision: Decision): decision is Instructing {
  return decision.outcome === 'accepted' && decision.instruction !== undefined;
}
