/** Step by step, why a fare came out and a light went green or red. */
import type { Played } from '../bundle/play-scenario.ts';
import type { Scenario } from '../bundle/scenario.ts';
import { formatMoney } from '../core/money.ts';
import { reasons } from '../core/reason.ts';

export function explanationLines(scenario: Scenario, played: Played): readonly string[] {
  const { decision, fareSteps, judgements } = played;
  const { taps, rider, day, medium } = scenario;
  return [
    `${rider === '' ? 'rider' : rider} with ${medium} on ${day}`,
    ...taps.map(({ time, route, stop }, index) => {
      const asked = index === taps.length - 1 ? '  ← this one' : '';
      return `  ${time} ${route} ${stop ?? '(no stop known)'}${asked}`;
    }),
    '',
    'Fare',
    ...fareSteps.map(
      ({ rule, holds, text }) => `  ${holds ? '✓' : '·'} ${rule.padEnd(20)} ${text}`,
    ),
    ...openQuestions(played),
    '',
    'Rules',
    ...judgements.map(({ rule, objection }) =>
      objection === undefined ? `  ✓ ${rule}` : `  ✗ ${rule.padEnd(20)} ${objection}`,
    ),
    '',
    verdictLine(decision),
  ];
}

function openQuestions({ decision }: Played): readonly string[] {
  const provisional = decision.outcome === 'accepted' ? (decision.fare.provisional ?? []) : [];
  return provisional.map((fact) => `  ? ${'left to the office'.padEnd(20)} ${fact}`);
}

function verdictLine(decision: Played['decision']): string {
  const { code, en } = reasons[decision.reason];
  const verdict = `${decision.outcome.toUpperCase()}: ${decision.reason} (${code}), "${en}"`;
  if (decision.outcome !== 'accepted') return verdict;
  const { amount, product, owedToRider } = decision.fare;
  const owed = owedToRider === undefined ? '' : `, the office owes ${formatMoney(owedToRider)}`;
  return `${verdict}\n${formatMoney(amount)} for ${product}${owed}`;
}

export function explanationJson({ decision, fareSteps, judgements }: Played): object {
  const { outcome, reason } = decision;
  const said = judgements.map(({ rule, objection }) => ({ rule, objection: objection ?? null }));
  const fare = decision.outcome === 'accepted' ? { fare: decision.fare } : {};
  return { outcome, reason, code: reasons[reason].code, ...fare, fareSteps, rules: said };
}
