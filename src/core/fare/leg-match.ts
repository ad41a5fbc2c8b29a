/**
 * Which rules of `fare_leg_rules.txt` a leg matches. What is not known yet, such as where the rider
 * will leave, neither matches nor excludes: such rules are named with what they wait for.
 *
 * An empty network or area means "any" when the file has a rule_priority, else "all that no other
 * rule names"; an empty timeframe means "at any time" (GTFS reference, fare_leg_rules.txt).
 */

import { serviceTime } from '../time/local-time.ts';
import { runsOn } from '../time/service-calendar.ts';
import type { Call, Leg } from './leg.ts';
import type { FareLegRule, Tariff, Timeframe } from './tariff.ts';

export type UnknownFact = 'network' | 'from-area' | 'to-area' | 'to-timeframe';

export interface LegMatch {
  readonly rule: FareLegRule;
  /** What would have to be known to be sure. */
  readonly unknown: readonly UnknownFact[];
}

/** A leg in the words of the tables; undefined is not known, and empty is none. */
export interface LegFacts {
  readonly networks: readonly string[] | undefined;
  readonly fromAreas: readonly string[] | undefined;
  readonly toAreas: readonly string[] | undefined;
  /** timeframe_group_ids in which the validation falls. */
  readonly fromTimeframes: ReadonlySet<string>;
  readonly toTimeframes: ReadonlySet<string> | undefined;
}

export function legFacts(tariff: Tariff, { routeId, boarding, alighting }: Leg): LegFacts {
  return {
    networks: networksOf(tariff, routeId),
    fromAreas: areasOf(tariff, boarding),
    toAreas: alighting && areasOf(tariff, alighting),
    fromTimeframes: timeframesAt(tariff, boarding.at),
    toTimeframes: alighting && timeframesAt(tariff, alighting.at),
  };
}

/** All rules that the leg matches or may match, in the order of the file. */
export function legMatches({ legRules }: Tariff, facts: LegFacts): readonly LegMatch[] {
  const checks = checksOf(legRules, facts);
  const matches: LegMatch[] = [];
  // A loop: riders wait for this, and most rules of a large tariff are not theirs.
  for (const rule of legRules) {
    const unknown = unknownFacts(rule, checks);
    if (unknown !== undefined) matches.push({ rule, unknown });
  }
  return matches;
}

type Fit = 'yes' | 'no' | 'unknown';

interface Check {
  readonly fact: UnknownFact;
  readonly judge: (rule: FareLegRule) => Fit;
}

const nothing: readonly UnknownFact[] = [];

/** @returns undefined when one of the checks says no. */
function unknownFacts(
  rule: FareLegRule,
  checks: readonly Check[],
): readonly UnknownFact[] | undefined {
  let unknown = nothing;
  for (const { fact, judge } of checks) {
    const answer = judge(rule);
    if (answer === 'no') return undefined;
    if (answer === 'unknown') unknown = [...unknown, fact];
  }
  return unknown;
}

type Named = (rule: FareLegRule) => string | undefined;

function checksOf(
  rules: readonly FareLegRule[],
  { networks, fromAreas, toAreas, fromTimeframes, toTimeframes }: LegFacts,
): readonly Check[] {
  return [
    { fact: 'from-area', judge: placeFit(rules, (rule) => rule.fromArea, fromAreas) },
    { fact: 'to-area', judge: placeFit(rules, (rule) => rule.toArea, toAreas) },
    { fact: 'network', judge: placeFit(rules, (rule) => rule.network, networks) },
    { fact: 'to-timeframe', judge: momentFit },
  ];

  function momentFit(rule: FareLegRule): Fit {
    const isTooEarlyOrLate = timeFit(rule.fromTimeframes, fromTimeframes) === 'no';
    return isTooEarlyOrLate ? 'no' : timeFit(rule.toTimeframes, toTimeframes);
  }
}

function placeFit(
  rules: readonly FareLegRule[],
  named: Named,
  has: readonly string[] | undefined,
): Check['judge'] {
  let others: Fit | undefined;
  return (rule) => {
    const wanted = named(rule);
    if (wanted !== undefined) return has === undefined ? 'unknown' : yesOrNo(has.includes(wanted));
    if (rule.priority !== undefined) return 'yes';
    others ??= fitOfUnnamed(rules, named, has);
    return others;
  };
}

/** Whether the leg is somewhere that no rule of the file names. */
function fitOfUnnamed(
  rules: readonly FareLegRule[],
  named: Named,
  has: readonly string[] | undefined,
): Fit {
  if (has === undefined)
    return rules.every((rule) => named(rule) === undefined) ? 'yes' : 'unknown';
  const isNamed = (place: string | undefined) => place !== undefined && has.includes(place);
  return yesOrNo(!rules.some((rule) => isNamed(named(rule))));
}

function timeFit(wanted: string | undefined, holding: ReadonlySet<string> | undefined): Fit {
  if (wanted === undefined) return 'yes';
  return holding === undefined ? 'unknown' : yesOrNo(holding.has(wanted));
}

function yesOrNo(fits: boolean): Fit {
  return fits ? 'yes' : 'no';
}

function networksOf(tariff: Tariff, routeId: string | undefined): readonly string[] | undefined {
  if (routeId === undefined) return undefined;
  const network = tariff.networkOfRoute.get(routeId);
  return network === undefined ? [] : [network];
}

function areasOf(tariff: Tariff, { stopId }: Call): readonly string[] | undefined {
  return stopId === undefined ? undefined : (tariff.areasOfStop.get(stopId) ?? []);
}

/**
 * Timeframes count in local time from midnight, and their day is the date on the wall, not the
 * service day (GTFS reference, timeframes.txt, Timeframe Local Time Semantics).
 */
export function timeframesAt(tariff: Tariff, at: number): ReadonlySet<string> {
  const { date, seconds } = serviceTime(at, { ...tariff.time, dayBeginsAtMinutes: 0 });
  const holds = ({ start, end, serviceId }: Timeframe) =>
    seconds >= start && seconds < end && runsOn(tariff.calendar, serviceId, date);
  const groups = [...tariff.timeframes].filter(([, windows]) => windows.some(holds));
  return new Set(groups.map(([group]) => group));
}
