/**
 * The way to a fare in plain English, for `halte rules explain`. Only worded here: what holds and
 * what does not was found out elsewhere, or is asked again in the same words.
 */
import { formatMoney } from '../money.ts';
import type { Capped } from './cap.ts';
import type { Leg, PastLeg } from './leg.ts';
import type { LegFare } from './leg-fare.ts';
import { type LegMatch, legFacts, legMatches } from './leg-match.ts';
import { productFor } from './product-row.ts';
import type { FareLegRule, FareTransferRule, Tariff } from './tariff.ts';
import type { WayToPay } from './way-to-pay.ts';

/** Is told the steps one after another. */
export type Trace = (step: TraceStep) => void;

export interface TraceStep {
  readonly rule: string;
  readonly holds: boolean;
  /** Plain English. */
  readonly text: string;
}

/** Each rule that the leg matches, and which of them is taken. */
export function legSteps(
  tariff: Tariff,
  leg: Leg,
  fares: readonly LegFare[],
): readonly TraceStep[] {
  const matches = legMatches(tariff, legFacts(tariff, leg));
  if (matches.length === 0) return [legStep(false, 'no rule fits this leg')];
  const taken = new Set(fares.map(({ rule }) => rule));
  return matches.map((match) => {
    const product = productFor(tariff, match.rule.product, leg);
    const price = product === undefined ? 'not for this rider' : formatMoney(product.price);
    const holds = taken.has(match.rule);
    const others = holds || product === undefined ? '' : whyNot(match, fares);
    return legStep(holds, `${ruleText(tariff, match.rule)}: ${price}${others}`);
  });
}

function legStep(holds: boolean, text: string): TraceStep {
  return { rule: 'fare_leg_rules', holds, text };
}

function whyNot({ rule, unknown }: LegMatch, [first]: readonly LegFare[]): string {
  if (unknown.length > 0) return `, but not known yet: ${unknown.join(', ')}`;
  const isLower = (rule.priority ?? 0) < (first?.rule.priority ?? 0);
  return isLower ? ', but of lower priority' : ', but not cheaper than the other';
}

function ruleText({ networkNames, areaNames }: Tariff, rule: FareLegRule): string {
  const named = (word: string, id: string | undefined, names?: ReadonlyMap<string, string>) =>
    id === undefined ? [] : [`${word} ${names?.get(id) ?? id}`];
  const where = [
    ...named('on', rule.network, networkNames),
    ...named('from', rule.fromArea, areaNames),
    ...named('to', rule.toArea, areaNames),
    ...named('boarding in', rule.fromTimeframes),
    ...named('leaving in', rule.toTimeframes),
    ...named('leg group', rule.legGroup),
  ];
  return [rule.product, ...where].join(', ');
}

/** Each rule between the leg before and this one. */
export function transferSteps(
  [from]: readonly PastLeg[],
  ways: readonly WayToPay[],
  taken: WayToPay,
): readonly TraceStep[] {
  if (from === undefined) return [transferStep(false, 'no earlier leg is known')];
  const steps = ways.flatMap((way) => {
    if (way.transfer === undefined) return [];
    const { rule, verdict } = way.transfer;
    const outcome = verdict === 'holds' ? outcomeText(way, taken) : verdicts[verdict];
    return [transferStep(way === taken, `${transferText(rule)}: ${outcome}`)];
  });
  return steps.length > 0 ? steps : [transferStep(false, 'no rule joins it to the earlier leg')];
}

function transferStep(holds: boolean, text: string): TraceStep {
  return { rule: 'fare_transfer_rules', holds, text };
}

const verdicts = {
  'too-late': 'too late',
  'too-many': 'no transfers left',
  'lower-count-holds': 'a rule with a lower transfer_count comes first',
  'not-for-rider': 'its product is not for this rider',
  'same-route': 'the same route again is a new ride',
  'route-unknown': 'the route is not known',
} as const;

function transferText({ fromLegGroup, toLegGroup, duration, count }: FareTransferRule): string {
  const groups = `${fromLegGroup ?? 'any other'} to ${toLegGroup ?? 'any other'}`;
  const limit =
    duration && `within ${duration.seconds / 60} min, ${duration.between.replaceAll('-', ' ')}`;
  const times =
    count !== undefined && count > 0 && `${count === 1 ? 'once' : `${count} times`} at most`;
  return [groups, limit, times].filter((part) => part).join(', ');
}

function outcomeText(way: WayToPay, taken: WayToPay): string {
  const { currency } = way.fare.product.price;
  const amount = formatMoney({ amount: Math.abs(way.charge), currency });
  const sum = way.charge < 0 ? `${amount} is owed to the rider` : `${amount} now`;
  return way === taken ? sum : `${sum}, but another way is cheaper`;
}

export function capStep({ by, amount }: Capped, currency: string): TraceStep {
  const holds = by !== undefined;
  const left = formatMoney({ amount, currency });
  return { rule: 'caps', holds, text: holds ? `${by} leaves ${left}` : 'no cap is reached' };
}
