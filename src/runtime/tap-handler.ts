/**
 * One scan, from the reader to the rider:
 *
 *   scan → token → (same presentation? done) → decide → ledger.append (fsync) → indicators
 *                                                 └ card asked to debit: intent row, card, outcome row
 *
 * Invariant: nothing is shown as accepted before append has returned (promise 1). When the row
 * cannot be written the rider sees "out of service" and the error goes up: the runtime stops
 * rather than let anyone ride unrecorded.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../../device/clock.ts';
import type { Indicator, Signal } from '../../device/indicator.ts';
import type { Scan } from '../../device/token-reader.ts';
import type { decideTap } from '../core/decide.ts';
import { type Decision, withoutFare } from '../core/decision.ts';
import type { Parsed } from '../core/parsed.ts';
import { isSamePresentation, type Presentation } from '../core/presentation.ts';
import type { Token } from '../core/token/token.ts';
import type { LedgerHead, TapLedger } from '../store/tap-ledger.ts';
import { instructCard } from './instruct-card.ts';
import { readToken } from './read-token.ts';
import type { Report } from './runtime-event.ts';
import type { Stamper } from './stamp.ts';
import { acceptedToken, signalOf, type Tap, type TapSurroundings, tapRow } from './tap-row.ts';

export interface TapHandlerDeps {
  readonly clock: Clock;
  readonly ledger: TapLedger;
  readonly indicators: readonly Indicator[];
  readonly stamper: Stamper;
  readonly report: Report;
  readonly decide: typeof decideTap;
  /** Where the bus is and by what rules, now. */
  readonly surroundings: () => TapSurroundings;
}

export type TapHandler = (scan: Scan) => Promise<void>;

export function createTapHandler(deps: TapHandlerDeps): TapHandler {
  const { clock, ledger } = deps;
  /** By reader: at most one presentation each, of at most one frame. */
  const presentations = new Map<string, Presentation>();

  return async (scan) => {
    const { token, seen } = await readToken(scan, clock);
    const at = scan.lastByteAt;
    const current = presentations.get(scan.reader);
    if (isSamePresentation(current, seen, at)) {
      presentations.set(scan.reader, { seen, lastSeenAt: at });
      return;
    }

    const around = deps.surroundings();
    const presented = { scan, token: token.ok ? token.value : undefined };
    const { tap, place } = await recorded(presented, decide(token, around), around);
    if (tap.decision.outcome === 'retry') presentations.delete(scan.reader);
    else presentations.set(scan.reader, { seen, lastSeenAt: at });
    show(deps.indicators, signalOf(tap, place));
  };

  /**
   * Between a decision and its row nothing else may run, or one token could be accepted at two
   * readers at once: it waits only for a card that is asked to do something.
   */
  async function recorded(
    presented: Omit<Tap, 'decision'>,
    decided: Decision,
    around: TapSurroundings,
  ): Promise<{ readonly tap: Tap; readonly place: LedgerHead }> {
    try {
      recordClockStep(deps);
      const asksCard = decided.outcome === 'accepted' && decided.instruction !== undefined;
      const decision = asksCard ? await settleWithCard(presented, decided) : decided;
      const tap = { ...presented, decision };
      const stamp = deps.stamper.stamp();
      const accepted = acceptedToken(tap, around.rules, stamp.wallAt);
      return { tap, place: ledger.append(tapRow(tap, around, stamp), accepted) };
    } catch (error) {
      show(deps.indicators, signalOf({ ...presented, decision: withoutFare('out-of-service') }));
      throw error;
    }
  }

  function decide(token: Parsed<Token>, { rules }: TapSurroundings): Decision {
    if (!token.ok) return withoutFare(token.fault.reason);
    const now = clock.wallNow();
    return deps.decide(token.value, ledger.recall(token.value.tokenKey, now), rules, now);
  }

  /** The card has the last word on what it was asked to do: unless it commits, try again. */
  async function settleWithCard(tap: Omit<Tap, 'decision'>, decision: Decision): Promise<Decision> {
    if (decision.outcome !== 'accepted' || decision.instruction === undefined) return decision;
    const { scan, token } = tap;
    assert(scan.medium === 'nfc' && token !== undefined, 'only a card can be instructed');
    const card = { tokenKey: token.tokenKey, channel: scan.channel };
    const result = await instructCard(decision.instruction, card, deps);
    return result === 'committed' ? decision : withoutFare('card-gone');
  }
}

/** Puts a jump of the wall clock on record before the next row is stamped with it. */
export function recordClockStep(deps: Pick<TapHandlerDeps, 'ledger' | 'stamper' | 'report'>): void {
  const stepMs = deps.stamper.stepSinceLastLook();
  if (stepMs === undefined) return;
  deps.ledger.append({ kind: 'clock-step', ...deps.stamper.stamp(), stepMs });
  deps.report({ event: 'clock-step', stepMs });
}

function show(indicators: readonly Indicator[], signal: Signal): void {
  for (const indicator of indicators) indicator.show(signal);
}
