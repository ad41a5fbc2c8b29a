/**
 * Scenarios in the operator's words: a rider, a day, taps, and what must come of the last one. A
 * table of them, `scenarios.csv`, may stand beside the rules; one may be typed as `key=value` pairs.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { slipOf } from '../config/suggestion.ts';
import { type ListingReason, listingReasons } from '../core/lists/security-listing.ts';
import type { Authorisation } from '../core/rules/rule.ts';
import { type TicketKind, ticketKinds } from '../core/ticket/claims.ts';

/** One tap: local time, GTFS route and stop. */
export interface ScenarioTap {
  readonly time: string;
  /** Absent, written `-`: the bus has lost it. */
  readonly route?: string;
  readonly stop?: string;
}

export interface Scenario {
  /** GTFS rider category; empty for the default one. */
  readonly rider: string;
  /** `2026-11-24`. */
  readonly day: string;
  readonly medium: ScenarioMedium;
  /** Oldest first; the last one is asked about. */
  readonly taps: readonly ScenarioTap[];
  /** Of the purse, in minor units. */
  readonly balance?: number;
  /** Product of a pass on the card, or of a ticket. */
  readonly product?: string;
  readonly ticket?: TicketKind;
  /** Of a carnet; riders of a group. */
  readonly count?: number;
  /** Last day of a pass or ticket. */
  readonly until?: string;
  readonly listed?: ListingReason;
  /** What the backend says; default: there is no link. */
  readonly answer?: Authorisation;
}

const media = ['qris', 'card', 'ticket', 'listed-card', 'cash'] as const;
export type ScenarioMedium = (typeof media)[number];

export interface ExpectedScenario {
  readonly id: string;
  /** What happens, in words. */
  readonly situation: string;
  readonly scenario: Scenario;
  readonly expected: {
    readonly outcome: string;
    /** Minor units; absent where nothing is charged because nobody rides. */
    readonly fare?: number;
    readonly product?: string;
    readonly reason: string;
  };
}

export class ScenarioError extends Error {
  readonly code = 'rules/bad-scenario';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'ScenarioError';
    this.hint = hint;
  }
}

const keys = [
  ...['rider', 'day', 'medium', 'taps', 'balance', 'product', 'ticket', 'count', 'until'],
  ...['listed', 'answer'],
] as const;
const expectations = ['outcome', 'fare', 'fare_product', 'reason'] as const;
const columns = ['id', 'situation', ...keys, ...expectations];

type Cells = Readonly<Record<string, string>>;

/** @throws ScenarioError naming the line. */
export function readScenarios(text: string): readonly ExpectedScenario[] {
  try {
    const rows = parse(text, {
      columns: true,
      trim: true,
      info: true,
      comment: '#',
    }) as unknown as readonly {
      readonly record: Cells;
      readonly info: { readonly lines: number };
    }[];
    return rows.map(({ record, info }) => atLine(info.lines, () => expectedOf(record)));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ScenarioError(error.message, `the columns are ${columns.join(', ')}`);
  }
}

function atLine<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new ScenarioError(`line ${line}: ${error.message}`, error.hint);
  }
}

function expectedOf(cells: Cells): ExpectedScenario {
  const { id = '', situation = '', outcome = '', fare = '', reason = '' } = cells;
  const product = cells.fare_product ?? '';
  return {
    ...{ id, situation, scenario: scenarioOf(cells) },
    expected: {
      ...{ outcome, reason },
      ...(fare !== '' && { fare: whole('fare', fare) }),
      ...(product !== '' && { product }),
    },
  };
}

/** `rider=pelajar; day=2026-11-24; medium=card; taps=07:15 koridor-1 mangkang`. @throws ScenarioError */
export function parseScenario(text: string): Scenario {
  const pairs = text.split(';').map((pair) => pair.split('='));
  const cells = Object.fromEntries(
    pairs.map(([key = '', ...rest]) => [key.trim(), rest.join('=').trim()]),
  );
  const strange = Object.keys(cells).find((key) => !keys.includes(key as (typeof keys)[number]));
  if (strange === undefined) return scenarioOf(cells);
  const all = `pairs of key=value with ; between them; the keys are ${keys.join(', ')}`;
  const hint = slipOf(strange, keys) ?? all;
  throw new ScenarioError(`"${strange}" is no key of a scenario`, hint);
}

/** Ids of the operator are checked against the rules: check-scenario.ts. */
function scenarioOf(cells: Cells): Scenario {
  const { rider = '', medium = '', taps = '' } = cells;
  const given = (key: (typeof keys)[number]) => (cells[key] === '' ? undefined : cells[key]);
  const [balance, count] = [given('balance'), given('count')];
  const [product, until] = [given('product'), given('until')];
  const [ticket, listed, answer] = [given('ticket'), given('listed'), given('answer')];
  return {
    ...{ rider, medium: oneOf('medium', medium, media), day: dayOf('day', cells.day ?? '') },
    taps: tapsOf(taps),
    ...(balance !== undefined && { balance: whole('balance', balance) }),
    ...(count !== undefined && { count: whole('count', count) }),
    ...(product !== undefined && { product }),
    ...(until !== undefined && { until: dayOf('until', until) }),
    ...(ticket !== undefined && { ticket: oneOf('ticket', ticket, ticketKinds) }),
    ...(listed !== undefined && { listed: oneOf('listed', listed, listingReasons) }),
    ...(answer !== undefined && { answer: oneOf('answer', answer, answers) }),
  };
}

const answers = ['approved', 'declined', 'no-answer'] as const satisfies readonly Authorisation[];

function oneOf<const T extends string>(key: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  const hint = slipOf(text, known) ?? `one of ${known.join(', ')}`;
  throw new ScenarioError(`"${text}" is no ${key}`, `${key}: ${hint}`);
}

function dayOf(key: string, text: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const isDay = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
  if (isDay) return text;
  throw new ScenarioError(`${key} "${text}" is no day`, `${key}: a date such as 2026-11-24`);
}

const lostRoute = '-';

/** `06:40 koridor-2 kagok-a > 07:15 koridor-1 simpang-lima-a`. */
function tapsOf(text: string): readonly ScenarioTap[] {
  return text.split('>').map((tap) => {
    const [time = '', route = '', stop, ...rest] = tap.trim().split(/\s+/);
    if (route === '' || rest.length > 0 || !/^\d{1,2}:[0-5]\d(:[0-5]\d)?$/.test(time)) {
      const hint =
        'taps: time, route and stop with spaces, > between taps: 07:15 koridor-1 mangkang';
      throw new ScenarioError(`"${tap.trim()}" is no tap`, hint);
    }
    const known = route === lostRoute ? {} : { route };
    return { time, ...known, ...(stop !== undefined && { stop }) };
  });
}

function whole(key: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ScenarioError(`${key} "${text}" is no whole number`, 'in minor units, without a point');
}
