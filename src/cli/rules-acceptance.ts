/** What `acceptance.json` says, key by key: its value, and what the key means. */
import { z } from 'zod';
import { acceptance } from '../bundle/acceptance.ts';
import type { Bundle } from '../bundle/read-rules.ts';
import { formatMoney } from '../core/money.ts';
import type { Rules } from '../core/rules/rules.ts';

/** Keys whose values are long and are shown elsewhere. */
const elsewhere = new Set(['trustedKeys']);

export function acceptanceLines({ acceptance: given, rules }: Bundle): readonly string[] {
  const schema = z.toJSONSchema(acceptance, { unrepresentable: 'any', io: 'input' });
  const lines = Object.entries(given).flatMap(([key, value]) => {
    const node = (schema.properties?.[key] ?? {}) as Node;
    return linesOf(key, value, node);
  });
  return [...lines, '', ...riskLines(rules)];
}

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
}

function linesOf(key: string, value: unknown, node: Node): readonly string[] {
  if (elsewhere.has(key)) return [`${key}: ${Array.isArray(value) ? value.length : 0}`];
  const isGroup = typeof value === 'object' && value !== null && node.properties !== undefined;
  const meaning = node.description === undefined ? '' : `  — ${node.description}`;
  if (!isGroup) return [`${key}: ${JSON.stringify(value)}${meaning}`];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    linesOf(name, one, node.properties?.[name] ?? {}),
  );
  return [`${key}${meaning}`, ...inner.map((line) => `  ${line}`)];
}

/** Whoever takes payments without a link sees what it may cost. */
function riskLines({ policy, currency }: Rules): readonly string[] {
  const { acceptsOffline, perDevicePerDay, expectedLoss } = policy.risk;
  if (!acceptsOffline) return ['Payment codes without a link are refused: nothing is at risk.'];
  const money = (amount: number) => formatMoney({ amount: Math.round(amount), currency });
  const { amount, taps } = perDevicePerDay;
  return [
    'Payment codes are taken without a link. They die within minutes, so a late upload is often lost:',
    `  at most ${taps} taps and ${money(amount)} a day on each device,`,
    `  of which ${Math.round(expectedLoss * 100)} % are expected to fail: ${money(amount * expectedLoss)} a day.`,
  ];
}
