/**
 * What `acceptance.json` says, key by key: its value, whether that is the default, and what the key
 * means. Every key of the schema stands there, for what nobody wrote counts as well.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { acceptance } from '../bundle/acceptance.ts';
import type { Bundle } from '../bundle/read-rules.ts';
import type { VerifyingKey } from '../core/crypto/verifying-key.ts';
import { formatMoney } from '../core/money.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { Row } from './inspect-rows.ts';

const widths = { key: 27, value: 29 } as const;

export function acceptanceRows(bundle: Bundle): readonly Row[] {
  const { rules } = bundle;
  const schema = z.toJSONSchema(acceptance, { unrepresentable: 'any', io: 'input' }) as Schema;
  const values = valuesOf(bundle);
  return [
    [{ text: `acceptance.json, rules ${rules.version}`, colour: 'bold' }],
    headings,
    ...apart(keyRows(schema, values, { indent: 0, explains: true })),
    [{ text: '' }],
    ...riskLines(rules).map((text): Row => [{ text }]),
  ];
}

/** The same for a program: every key with its value, and what the risk policy may cost in words. */
export function acceptanceJson(bundle: Bundle) {
  const { rules } = bundle;
  return { version: rules.version, acceptance: valuesOf(bundle), risk: riskLines(rules) };
}

function valuesOf({ acceptance: given }: Bundle) {
  return { ...given, trustedKeys: given.trustedKeys.map(asWritten) };
}

const headings: Row = [
  { text: 'key', width: widths.key, colour: 'dim' },
  { text: 'value', width: widths.value, colour: 'dim' },
  { text: 'meaning', colour: 'dim' },
];

/** One empty line, where the groups before and behind it ask for two; none at the end. */
function apart(rows: readonly Row[]): readonly Row[] {
  const isEmpty = (row: Row | undefined) => row === undefined || row === gap;
  return rows.filter((row, index) => row !== gap || !isEmpty(rows[index + 1]));
}

const gap: Row = [{ text: '' }];

/** What is used of JSON Schema. */
interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Place {
  readonly indent: number;
  /** Only the first entry of several tells what its keys mean. */
  readonly explains: boolean;
  /** One of several shapes of a value: its keys need not be there. */
  readonly isAlternative?: boolean;
  /** What counts when the whole object is left out. */
  readonly fallback?: unknown;
}

function keyRows(schema: Schema, values: unknown, place: Place): readonly Row[] {
  const given = isRecord(values) ? values : {};
  const otherwise = isRecord(place.fallback) ? place.fallback : {};
  return Object.entries(schema.properties ?? {}).flatMap(([key, one]) => {
    const isRequired = schema.required?.includes(key) === true && !(key in otherwise);
    const rows = rowsOf(
      key,
      { schema: one, value: given[key], isRequired },
      {
        ...place,
        fallback: one.default ?? otherwise[key],
      },
    );
    return place.indent === 0 && rows.length > 1 ? [gap, ...rows, gap] : rows;
  });
}

interface Keyed {
  readonly schema: Schema;
  readonly value: unknown;
  readonly isRequired: boolean;
}

function rowsOf(key: string, keyed: Keyed, place: Place): readonly Row[] {
  const { schema, value } = keyed;
  const below = { ...place, indent: place.indent + 2 };
  if (schema.properties !== undefined) {
    return [keyRow(key, '', { schema, place }), ...keyRows(schema, value, below)];
  }
  if (schema.items?.properties !== undefined) return entryRows(key, keyed, place);
  const inner = (schema.anyOf ?? []).flatMap((one) =>
    keyRows(one, value, { ...below, isAlternative: true }),
  );
  return [keyRow(key, valueText(keyed, place), { schema, place }), ...inner];
}

function entryRows(key: string, { schema, value }: Keyed, place: Place): readonly Row[] {
  const entries = Array.isArray(value) ? value : [];
  const below = { indent: place.indent + 2, explains: place.explains };
  const items = schema.items ?? {};
  const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  const head = keyRow(key, entries.length === 0 ? 'none (default)' : count, { schema, place });
  if (entries.length === 0) return [head, ...keyRows(items, undefined, below)];
  return [
    head,
    ...entries.flatMap((entry, index) => [
      ...(entries.length === 1 ? [] : [[{ text: `  [${index}]`, colour: 'dim' } as const]]),
      ...keyRows(items, entry, { ...below, explains: place.explains && index === 0 }),
    ]),
  ];
}

function keyRow(
  key: string,
  value: string,
  { schema, place }: { readonly schema: Schema; readonly place: Place },
): Row {
  const text = `${' '.repeat(place.indent)}${key}`;
  const isDefault = value.startsWith('–') || value.endsWith('(default)');
  return [
    { text, width: widths.key, colour: isDefault ? undefined : 'bold' },
    { text: value, width: widths.value, colour: isDefault ? 'dim' : 'green' },
    { text: place.explains ? (schema.description ?? '') : '' },
  ];
}

function valueText({ value, isRequired }: Keyed, { fallback, isAlternative }: Place): string {
  if (value === undefined && fallback !== undefined) return `${written(fallback)} (default)`;
  if (value === undefined && isAlternative === true) return '–';
  if (value === undefined) return isRequired ? '– (needed in an entry)' : '– (default)';
  return isDeepStrictEqual(value, fallback) ? `${written(value)} (default)` : written(value);
}

function written(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(written).join(', ');
  if (!isRecord(value)) return String(value);
  const parts = Object.entries(value).map(([key, one]) => `${key}: ${written(one)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key of the schema's output is imported; whoever reads it compares hexadecimal. */
function asWritten({ key, ...named }: { readonly key: VerifyingKey }) {
  const { x = '', y } = key.imported.export({ format: 'jwk' });
  const hex = [x, y ?? ''].map((part) => Buffer.from(part, 'base64url').toString('hex')).join('');
  const publicKey = y === undefined ? hex : `04${hex}`;
  return { ...named, algorithm: key.algorithm, publicKey };
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
