/**
 * A rider's taps in the operator's words, played through the real decision: for `rules explain`, and
 * for the tables of scenarios beside an operator's rules (fixtures, docs/rules.md).
 *
 * Every earlier tap is decided, too, so that the history is what the validator itself would hold; and
 * as a validator does it, the backend is asked only when there is a question.
 */
import { decideTap, judgements } from '../core/decide.ts';
import { type Decision, usesRide } from '../core/decision.ts';
import { fareOf } from '../core/fare/fare-of.ts';
import type { PastTap } from '../core/fare/past-tap.ts';
import { type Quote, quoteFare, type TraceStep } from '../core/fare/quote.ts';
import type { SecurityListing } from '../core/lists/security-listing.ts';
import { type Authorisation, emptyHistory, type Situation } from '../core/rules/rule.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { Token } from '../core/token/token.ts';
import { type Scenario, ScenarioError, type ScenarioTap } from './scenario.ts';
import { momentOf } from './scenario-moment.ts';
import { tokenOf, withScenarioKey } from './scenario-token.ts';

export type Played = PlayedTap | PlayedCash;

/** The last tap. */
export interface PlayedTap {
  readonly kind: 'tap';
  readonly decision: Decision;
  /** What came of those before, in their order. */
  readonly earlier: readonly Decision[];
  readonly fareSteps: readonly TraceStep[];
  readonly judgements: ReturnType<typeof judgements>;
  /** Whether the backend was asked. */
  readonly isAsked: boolean;
}

/** What the crew takes from a rider without any medium: nobody taps, and nobody is known again. */
export interface PlayedCash {
  readonly kind: 'cash';
  /** Absent where the tariff has no fare for cash. */
  readonly fare: Quote | undefined;
  readonly fareSteps: readonly TraceStep[];
}

/** @throws ScenarioError for a time that is none. */
export function playScenario(rules: Rules, scenario: Scenario): Played {
  const { medium, answer = 'no-answer' } = scenario;
  if (medium === 'cash') return playCash(rules, scenario);
  const trusting = withScenarioKey(rules);
  const token = tokenOf(medium, scenario, rules);
  let [taps, ridesUsed]: [readonly PastTap[], number] = [[], 0];
  let played: PlayedTap | undefined;
  const decisions: Decision[] = [];
  for (const tap of scenario.taps) {
    const situation = situationOf(trusting, scenario, { tap, taps, ridesUsed });
    played = { ...play(token, situation, answer), earlier: [...decisions] };
    const { decision } = played;
    decisions.push(decision);
    if (decision.outcome !== 'accepted') continue;
    taps = [...taps, remembered(decision, situation)];
    ridesUsed += +usesRide(decision.fare);
  }
  if (played === undefined) throw nobodyTaps();
  return played;
}

function play(
  token: Token,
  situation: Situation,
  answer: Authorisation,
): Omit<PlayedTap, 'earlier'> {
  const fareSteps: TraceStep[] = [];
  fareOf(token, situation, (step) => fareSteps.push(step));
  const decided = decideTap(token, situation);
  const isAsked = 'ask' in decided;
  const answered = { ...situation, authorisation: answer };
  const decision = isAsked ? decideTap(token, answered) : decided;
  const said = judgements(token, isAsked ? answered : situation);
  return { kind: 'tap', decision, fareSteps, judgements: said, isAsked };
}

/** Cash is the feed's fare_media_type 0, "no fare media involved". */
function playCash(rules: Rules, { rider, day, taps }: Scenario): PlayedCash {
  const last = taps.at(-1);
  if (last === undefined) throw nobodyTaps();
  const [cash] = [...rules.tariff.fareMedia].find(([, { type }]) => type === 'none') ?? [];
  if (cash === undefined) {
    const hint = 'cash is the medium of fare_media_type 0 in fare_media.txt';
    throw new ScenarioError('the operator takes no cash', hint);
  }
  const { time, route: routeId, stop: stopId } = last;
  const boarding = { at: momentOf(day, time, rules), ...(stopId !== undefined && { stopId }) };
  const leg = {
    ...(routeId !== undefined && { routeId }),
    ...{ boarding, fareMedia: cash },
    ...(rider !== '' && { riderCategory: rider }),
  };
  const fareSteps: TraceStep[] = [];
  const input = { leg, past: [], caps: [], transferNeedsOtherRoute: false };
  const fare = quoteFare(rules.tariff, input, (step) => fareSteps.push(step));
  return { kind: 'cash', fare, fareSteps };
}

function nobodyTaps(): ScenarioError {
  return new ScenarioError('nobody taps', 'give a time, a route and a stop');
}

interface Moment {
  readonly tap: ScenarioTap;
  readonly taps: readonly PastTap[];
  readonly ridesUsed: number;
}

function situationOf(
  rules: Rules,
  scenario: Scenario,
  { tap, taps, ridesUsed }: Moment,
): Situation {
  const { route: routeId, stop: stopId } = tap;
  const now = momentOf(scenario.day, tap.time, rules);
  const reason = scenario.listed;
  const deny: SecurityListing[] = reason ? [{ kind: 'account', effect: 'deny', reason }] : [];
  const allow: SecurityListing[] = scenario.medium === 'listed-card' ? [allowed(scenario)] : [];
  return {
    ...({ rules, now, clockQuality: 'gnss', listAgeMs: 0, syncAgeMs: 0 } as const),
    listings: [...deny, ...allow],
    place: { routeId, stopId, alightingStopId: stopId },
    history: { ...emptyHistory, taps, ridesUsed },
  };
}

function allowed({ product, rider }: Scenario): SecurityListing {
  return {
    ...{ kind: 'card', effect: 'allow', reason: 'other' },
    ...(product !== undefined && { product }),
    ...(rider !== '' && { riderCategory: rider }),
  };
}

function remembered(
  decision: Decision & { outcome: 'accepted' },
  { now, rules }: Situation,
): PastTap {
  const { action, leg, product, amount, legGroup, transfersUsed = 0 } = decision.fare;
  return {
    ...{ at: now, action, leg, product, charged: amount, transfersUsed },
    ...(legGroup !== undefined && { legGroup }),
    ...{ source: 'device', rulesVersion: rules.version, isSameToken: true },
  };
}
