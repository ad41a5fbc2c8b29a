/** `halte rules`: makes one file of the operator's folder, shows what it says, and tells why. */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBundle, lineOf, readBundleFiles } from '../bundle/bundle-files.ts';
import { calendarEnd } from '../bundle/calendar-end.ts';
import { checkScenario } from '../bundle/check-scenario.ts';
import { playScenario } from '../bundle/play-scenario.ts';
import { type Bundle, bundleOf, readBundle } from '../bundle/read-rules.ts';
import {
  type ExpectedScenario,
  parseScenario,
  readScenarios,
  ScenarioError,
} from '../bundle/scenario.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { rowLines } from './inspect-rows.ts';
import { acceptanceJson, acceptanceRows } from './rules-acceptance.ts';
import { explanationJson, explanationLines } from './rules-explanation.ts';
import { showRows } from './rules-tables.ts';

export interface RulesOptions {
  readonly json?: boolean;
}

export interface BuildOptions extends RulesOptions {
  readonly out: string;
  /** Shows which file is being read, where somebody watches. */
  readonly onFile?: (file: string) => void;
}

/** What building and explaining need of the moment: a calendar ends. */
export interface RulesRun {
  readonly io: CliIo;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @throws BundleError naming every mistake at once. */
export function buildRules(path: string, options: BuildOptions, { io, now }: RulesRun): ExitCode {
  const files = readBundleFiles(path);
  const bundle = bundleOf(files, path, options.onFile);
  const bytes = encodeBundle(files);
  const beside = `${options.out}.new`;
  writeFileSync(beside, bytes, { flush: true });
  renameSync(beside, options.out);
  const warnings = [...bundle.problems, ...calendarEnd(bundle, now)];
  for (const problem of warnings) io.err(lineOf(problem));
  const summary = summaryOf(bundle);
  if (options.json === true) {
    io.out(JSON.stringify({ file: options.out, bytes: bytes.length, ...summary, warnings }));
    return 0;
  }
  const counts = Object.entries(summary.counts).map(([what, count]) => `${count} ${what}`);
  io.out(`${options.out}: rules ${summary.version}, ${bytes.length} bytes`);
  io.out(`  ${counts.join(', ')}`);
  return 0;
}

function summaryOf({ rules, feed }: Bundle) {
  const counts = {
    routes: feed.routes.length,
    stops: feed.stops.length,
    trips: feed.trips.length,
    'fare products': feed.fare_products.length,
    'leg rules': feed.fare_leg_rules.length,
    'transfer rules': feed.fare_transfer_rules.length,
    listings: feed.security_listings.length,
  };
  return { version: rules.version, counts };
}

/** @throws BundleError */
export function showRules(path: string, options: RulesOptions, io: CliIo): ExitCode {
  const bundle = readBundle(path);
  if (options.json === true) {
    const { agency, routes, fare_products, fare_leg_rules, fare_transfer_rules } = bundle.feed;
    const tables = { agency, routes, fare_products, fare_leg_rules, fare_transfer_rules };
    io.out(JSON.stringify({ ...summaryOf(bundle), ...tables, acceptance: bundle.acceptance }));
    return 0;
  }
  const print = { inColour: io.inColour, columns: undefined };
  for (const row of showRows(bundle)) for (const line of rowLines(row, print)) io.out(line);
  return 0;
}

export interface ExplainOptions extends RulesOptions {
  /** An id of scenarios.csv, or `key=value` pairs; absent: what acceptance.json says. */
  readonly scenario?: string;
  /** Of the terminal; absent where the lines go to a file. */
  readonly columns?: number | undefined;
}

/** As wide as an editor shows without scrolling. */
const columnsOfFile = 100;

/** @throws BundleError, ScenarioError */
export function explainRules(
  path: string,
  options: ExplainOptions,
  { io, now }: RulesRun,
): ExitCode {
  const bundle = readBundle(path);
  const explained =
    options.scenario === undefined
      ? explainedAcceptance(bundle, options, io)
      : explainedScenario(bundle, options.scenario, path);
  const warnings = calendarEnd(bundle, now);
  for (const problem of warnings) io.err(lineOf(problem));
  if (options.json === true) io.out(JSON.stringify({ ...explained.json(), warnings }));
  else for (const line of explained.lines()) io.out(line);
  return 0;
}

/** Said in one of two ways. */
interface Explained {
  json(): object;
  lines(): readonly string[];
}

function explainedAcceptance(bundle: Bundle, { columns }: ExplainOptions, io: CliIo): Explained {
  const print = { inColour: io.inColour, columns: columns ?? columnsOfFile };
  return {
    json: () => acceptanceJson(bundle),
    lines: () => acceptanceRows(bundle).flatMap((row) => rowLines(row, print)),
  };
}

function explainedScenario({ rules, feed }: Bundle, named: string, path: string): Explained {
  const entry = entryNamed(path, named);
  const scenario = entry?.scenario ?? parseScenario(named);
  checkScenario(scenario, feed);
  const played = playScenario(rules, scenario);
  return {
    json: () => explanationJson(played),
    lines: () => explanationLines({ scenario, entry, played, rules }),
  };
}

/** A line of the table beside the rules; undefined for `key=value` pairs. */
function entryNamed(path: string, text: string): ExpectedScenario | undefined {
  if (text.includes('=')) return undefined;
  const table = join(path, 'scenarios.csv');
  const isThere = statSync(path).isDirectory() && existsSync(table);
  const known = isThere ? readScenarios(readFileSync(table, 'utf8')) : [];
  const found = known.find(({ id }) => id === text);
  if (found !== undefined) return found;
  const ids = known.length === 0 ? 'none' : `${known[0]?.id} to ${known.at(-1)?.id}`;
  throw new ScenarioError(
    `no scenario "${text}"`,
    `an id of scenarios.csv beside the rules (there: ${ids}), or key=value pairs`,
  );
}
