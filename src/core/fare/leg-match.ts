/**
 * Which rules of `fare_leg_rules.txt` a leg matches. What is not known yet, such as where the rider
 * will leave, neither matches nor excludes: such rules are named with what they wait for.
 *
 * An empty field means "any" when the file has a rule_priority, else "all that no other rule
 * names" (GTFS reference, fare_leg_rules.txt).
 */

import { serviceTime } from '../time/local-time.ts';
import { runsOn } from '../time/service-calendar.ts';
import type { Call, Leg } from './leg.ts';
import type { FareLegRule, Tariff } from './tariff.ts';

export type UnknownFact = 'network' | 'from-area' | 'to-area' | 'to-timeframe';

export interface LegMatch {
  readonly rule: FareLegRule;
  /** What would have to be known to be sure. */
  readonly unknown: readonly UnknownFact[];
}

type Fit = 'yes' | 'no' | 'unknown';

/** All rules that the leg matches or may match, in the order of the file. */
export function legMatches(tariff: Tariff, leg: Leg): readonly LegMatch[] {
  const facts = factsOf(tariff, leg);
  return tariff.legRules.flatMap((rule) => {
    const answers = facts.map(([name, judge]) => [name, judge(rule)] as const);
    if (answers.some(([, answer]) => answer === 'no')) return [];
    const unknown = answers.flatMap(([name, answer]) => (answer === 'unknown' ? [name] : []));
    return [{ rule, unknown: unknown as UnknownFact[] }];
  });
}

type Fact = readonly [UnknownFact | 'from-timeframe', (rule: FareLegRule) => Fit];

function factsOf(tariff: Tariff, leg: Leg): readonly Fact[] {
  const { legRules } = tariff;
  const listed = (field: 'network' | 'fromArea' | 'toArea') =>
    new Set(legRules.flatMap((rule) => rule[field] ?? []));
  const networks = listed('network');
  const fromAreas = listed('fromArea');
  const toAreas = listed('toArea');
  const network = networksOf(tariff, leg);
  const from = areasOf(tariff, leg.boarding);
  const to = leg.alighting && areasOf(tariff, leg.alighting);
  return [
    ['network', (rule) => fitOf({ wanted: rule.network, has: network, listed: networks, rule })],
    ['from-area', (rule) => fitOf({ wanted: rule.fromArea, has: from, listed: fromAreas, rule })],
    ['to-area', (rule) => fitOf({ wanted: rule.toArea, has: to, listed: toAreas, rule })],
    ['from-timeframe', (rule) => timeFit(tariff, rule.fromTimeframes, leg.boarding)],
    ['to-timeframe', (rule) => timeFit(tariff, rule.toTimeframes, leg.alighting)],
  ];
}

interface Wanted {
  readonly wanted: string | undefined;
  /** Undefined: not known. */
  readonly has: readonly string[] | undefined;
  /** What other rules name in this field. */
  readonly listed: ReadonlySet<string>;
  readonly rule: FareLegRule;
}

function fitOf({ wanted, has, listed, rule }: Wanted): Fit {
  if (wanted !== undefined) return has === undefined ? 'unknown' : yesOrNo(has.includes(wanted));
  if (rule.priority !== undefined || listed.size === 0) return 'yes';
  return has === undefined ? 'unknown' : yesOrNo(!has.some((one) => listed.has(one)));
}

function yesOrNo(fits: boolean): Fit {
  return fits ? 'yes' : 'no';
}

function networksOf(tariff: Tariff, { routeId }: Leg): readonly string[] | undefined {
  if (routeId === undefined) return undefined;
  const network = tariff.networkOfRoute.get(routeId);
  return network === undefined ? [] : [network];
}

function areasOf(tariff: Tariff, { stopId }: Call): readonly string[] | undefined {
  return stopId === undefined ? undefined : (tariff.areasOfStop.get(stopId) ?? []);
}

/** Timeframes count from local midnight, not from the beginning of the service day. */
function timeFit(tariff: Tariff, group: string | undefined, call: Call | undefined): Fit {
  if (group === undefined) return 'yes';
  if (call === undefined) return 'unknown';
  const { date, seconds } = serviceTime(call.at, { ...tariff.time, dayBeginsAtMinutes: 0 });
  const windows = tariff.timeframes.get(group) ?? [];
  return yesOrNo(
    windows.some(
      ({ start, end, serviceId }) =>
        seconds >= start && seconds < end && runsOn(tariff.calendar, serviceId, date),
    ),
  );
}
