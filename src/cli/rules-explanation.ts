/** Step by step, why a fare came out and a light went green or red. */
import type { Played, PlayedCash, PlayedTap } from '../bundle/play-scenario.ts';
import type { ExpectedScenario, Scenario } from '../bundle/scenario.ts';
import { outcomeOf } from '../bundle/scenario-outcome.ts';
import type { Decision } from '../core/decision.ts';
import type { TraceStep } from '../core/fare/quote.ts';
import { formatMoney } from '../core/money.ts';
import { type Reason, reasons } from '../core/reason.ts';
import type { Rules } from '../core/rules/rules.ts';

export interface Explained {
  readonly scenario: Scenario;
  /** Absent for one that was typed. */
  readonly entry?: ExpectedScenario | undefined;
  readonly played: Played;
  readonly rules: Rules;
}

export function explanationLines(explained: Explained): readonly string[] {
  const { played, entry } = explained;
  const title = entry === undefined ? [] : [`${entry.id}: ${entry.situation}`];
  const steps = played.kind === 'cash' ? [] : ruleLines(played, explained.scenario.answer);
  return [
    ...title,
    ...riderLines(explained),
    '',
    ...tapLines(explained),
    '',
    'Fare',
    ...fareLines(played.fareSteps),
    ...openQuestions(played),
    ...steps,
    '',
    ...(played.kind === 'cash' ? cashLines(played) : verdictLines(played, explained.rules)),
    ...(entry === undefined ? [] : [comparison(entry, played)]),
  ];
}

function riderLines({ scenario, rules }: Explained): readonly string[] {
  const { rider, day, medium, product, balance, listed, answer } = scenario;
  const weekday = new Date(`${day}T00:00:00Z`).toLocaleDateString('en', {
    ...{ weekday: 'long', timeZone: 'UTC' },
  });
  const money = (amount: number) => formatMoney({ amount, currency: rules.currency });
  const facts = [
    ...(product === undefined ? [] : [`product ${product}`]),
    ...(balance === undefined ? [] : [`${money(balance)} on it`]),
    ...(listed === undefined ? [] : [`on the deny list: ${listed}`]),
    ...(answer === undefined ? [] : [`the backend says ${answer}`]),
  ];
  const who = rider === '' ? 'A rider without a category' : `A rider of category ${rider}`;
  return [`${who}, ${medium}, ${weekday} ${day}`, ...facts.map((fact) => `  ${fact}`)];
}

/** The taps under one another, with what came of those before. */
function tapLines({ scenario: { taps }, played }: Explained): readonly string[] {
  const places = taps.map(
    ({ time, route = '(no route known)', stop = '(no stop known)' }) => `${time} ${route} ${stop}`,
  );
  const width = Math.max(...places.map((place) => place.length));
  return places.map((place, index) => {
    const before = played.kind === 'cash' ? undefined : played.earlier[index];
    const isLast = index === taps.length - 1;
    const outcome = isLast ? '← this one' : before === undefined ? '' : shortly(before);
    return `  ${place.padEnd(width)}  ${outcome}`.trimEnd();
  });
}

function shortly(decision: Decision): string {
  if (decision.outcome !== 'accepted') return `${decision.outcome}: ${decision.reason}`;
  const { amount, product } = decision.fare;
  return `${formatMoney(amount)} for ${product}: ${decision.reason}`;
}

function fareLines(steps: readonly TraceStep[]): readonly string[] {
  return steps.map(({ rule, holds, text }) => `  ${holds ? '✓' : '·'} ${rule.padEnd(20)} ${text}`);
}

/** What a rule of core/rules is content with, for whoever has not read it. */
const statements: Readonly<Record<string, string>> = {
  'clock-trusted': 'the clock is good enough for it',
  genuine: 'if signed, by a trusted key',
  'not-denied': 'it is on no deny list',
  listed: 'if a bare number, it is on the allow list',
  'in-force': 'if a ticket, it is valid at this time',
  'product-accepted': 'if a ticket, its product is taken at this door',
  'valid-here': 'if a ticket, it is for this route',
  'product-valid': 'if bought before, its leg rules fit here and now',
  held: 'if its holder is named, they proved to be here',
  'has-fare': 'the tariff has a fare',
  'not-tapped-before': 'rides are left, and it is not handed back',
  'purse-covers': 'if a purse, it holds enough',
  'within-risk': 'if a payment, it is vouched for, or within the risk taken',
};

function ruleLines({ judgements, isAsked }: PlayedTap, answer = 'no answer'): readonly string[] {
  const asked = isAsked ? [`  ? ${'backend'.padEnd(20)} was asked: ${answer}`] : [];
  const said = judgements.map(({ rule, objection }) => {
    const line = `${rule.padEnd(20)} ${statements[rule] ?? ''}`;
    return objection === undefined ? `  ✓ ${line}` : `  ✗ ${line}: not so, ${objection}`;
  });
  return ['', 'Rules', ...asked, ...said];
}

function openQuestions(played: Played): readonly string[] {
  const facts =
    played.kind === 'cash'
      ? (played.fare?.provisional ?? [])
      : played.decision.outcome === 'accepted'
        ? (played.decision.fare.provisional ?? [])
        : [];
  return facts.map((fact) => `  ? ${'left to the office'.padEnd(20)} ${fact}`);
}

function verdictLines({ decision }: PlayedTap, rules: Rules): readonly string[] {
  const verdict = `${decision.outcome.toUpperCase()}: ${spoken(decision.reason)}`;
  if (decision.outcome !== 'accepted') return [verdict];
  const { amount, product, owedToRider } = decision.fare;
  const owed = owedToRider === undefined ? '' : `, the office owes ${formatMoney(owedToRider)}`;
  return [
    verdict,
    `${formatMoney(amount)} for ${product}, on the basis ${decision.basis}${owed}`,
    ...(decision.basis === 'risk-accepted' && amount.amount > 0
      ? [lossLine(amount.amount, rules)]
      : []),
  ];
}

function spoken(reason: Reason): string {
  const { code, id, en } = reasons[reason];
  return `${reason} (${code}), “${id}” / “${en}”`;
}

/** Whoever takes payments without a link sees what this one may cost. */
function lossLine(amount: number, { policy, currency }: Rules): string {
  const { expectedLoss } = policy.risk;
  const money = (sum: number) => formatMoney({ amount: Math.round(sum), currency });
  const part = `${Math.round(expectedLoss * 100)} %`;
  return `At risk: ${money(amount)}; ${part} of such payments are expected to fail: ${money(amount * expectedLoss)}`;
}

function cashLines({ fare }: PlayedCash): readonly string[] {
  if (fare === undefined) return ['NO FARE: the tariff has none for cash here'];
  return [`CASH: ${formatMoney(fare.amount)} for ${fare.product}, counted by the crew`];
}

function comparison({ expected }: ExpectedScenario, played: Played): string {
  const came = outcomeOf(played);
  const keys = ['outcome', 'fare', 'product', 'reason'] as const;
  const differing = keys.filter((key) => came[key] !== expected[key]);
  if (differing.length === 0) return 'As scenarios.csv expects.';
  const wanted = differing.map((key) => `${key} ${expected[key] ?? '(none)'}`).join(', ');
  return `NOT as scenarios.csv expects: ${wanted}`;
}

export function explanationJson(played: Played): object {
  if (played.kind === 'cash') {
    const { fare, fareSteps } = played;
    return { outcome: fare === undefined ? 'no-fare' : 'cash', fare: fare ?? null, fareSteps };
  }
  const { decision, fareSteps, judgements } = played;
  const { outcome, reason } = decision;
  const said = judgements.map(({ rule, objection }) => ({ rule, objection: objection ?? null }));
  const fare = decision.outcome === 'accepted' ? { fare: decision.fare } : {};
  return { outcome, reason, code: reasons[reason].code, ...fare, fareSteps, rules: said };
}
