/**
 * `halte taps cash`: what drivers counted against what they sold for cash, from the backend's ledger,
 * so that leakage shows in the office.
 */
import { type CashRiders, cashRiders } from '../backend/cash-riders.ts';
import { readRules } from '../bundle/read-rules.ts';
import { formatMoney } from '../core/money.ts';
import { openLedgerOf } from './backend-database.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { rowLines } from './inspect-rows.ts';
import { serviceDayText } from './inspect-time.ts';
import { table } from './table-rows.ts';

export interface TapsCashOptions {
  /** `sqlite:FILE` or `postgres://…`. */
  readonly db: string;
  /** The bundle whose time zone and service day part the days. */
  readonly rules: string;
  readonly json?: boolean;
}

/** @throws BundleError, CliError, StoreError */
export async function tellCash(options: TapsCashOptions, io: CliIo): Promise<ExitCode> {
  const { tariff } = readRules(options.rules);
  const store = await openLedgerOf(options.db);
  try {
    const groups = await cashRiders(store, tariff);
    const lines = options.json === true ? groups.map(jsonOf) : linesOf(groups, io);
    for (const line of lines) io.out(line);
    return 0;
  } finally {
    await store.close();
  }
}

function jsonOf(group: CashRiders): string {
  const { device, day, ...rest } = group;
  const difference = differenceOf(group);
  return JSON.stringify({ device, day: serviceDayText(day), ...rest, difference });
}

const head = ['device', 'day', 'rider', 'counted', 'sold', 'taken back', 'amount', 'difference'];

function linesOf(groups: readonly CashRiders[], io: CliIo): readonly string[] {
  if (groups.length === 0) return ['no riders were counted, and nothing was sold for cash'];
  const rows = table('Cash riders', head, groups.map(cellsOf));
  const print = { inColour: io.inColour, columns: undefined };
  const unsure = groups.some(({ isDayUnsure }) => isDayUnsure);
  return [
    ...rows.slice(2).flatMap((row) => rowLines(row, print)),
    sums(groups),
    ...(unsure ? ['? some rows of this day are from a clock that was not trusted'] : []),
  ];
}

function cellsOf(group: CashRiders): readonly string[] {
  const { device, day, riderCategory, counted, sold, takenBack, amounts, isDayUnsure } = group;
  return [
    device,
    `${serviceDayText(day)}${isDayUnsure ? '?' : ''}`,
    riderCategory === '' ? '–' : riderCategory,
    ...[counted, sold, takenBack].map(String),
    moneyOf(amounts),
    String(differenceOf(group)),
  ];
}

/** Riders who were counted and to whom nothing was sold; below zero: some were not counted. */
function differenceOf({ counted, sold }: CashRiders): number {
  return counted - sold;
}

function sums(groups: readonly CashRiders[]): string {
  const sum = (of: (group: CashRiders) => number) =>
    groups.reduce((total, group) => total + of(group), 0);
  const amounts = new Map<string, number>();
  for (const [currency, amount] of groups.flatMap((group) => Object.entries(group.amounts))) {
    amounts.set(currency, (amounts.get(currency) ?? 0) + amount);
  }
  return [
    `${sum(({ counted }) => counted)} riders counted, ${sum(({ sold }) => sold)} sold`,
    `for ${moneyOf(Object.fromEntries(amounts))}, difference ${sum(differenceOf)}`,
  ].join(' ');
}

/** A device writes the currency: what is no code of one must not end the report. */
function moneyOf(amounts: CashRiders['amounts']): string {
  const texts = Object.entries(amounts).map(([currency, amount]) =>
    /^[A-Z]{3}$/.test(currency) ? formatMoney({ amount, currency }) : `${amount} ${currency}`,
  );
  return texts.length === 0 ? '0' : texts.join(' + ');
}
