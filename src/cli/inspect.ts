/**
 * `halte inspect`: tells what a code or a card says, field by field, what of it was checked, and
 * what a validator would decide.
 */
import { InvalidArgumentError } from 'commander';
import { readRules } from '../bundle/read-rules.ts';
import { createFileKeyStore } from '../config/key-file.ts';
import { readIdentifierKey } from '../config/secret-file.ts';
import { utf8 } from '../core/bytes.ts';
import { uidIn } from '../core/card/desfire/recorded-session.ts';
import { transitKeyName, uidBytes, validateKey } from '../core/card/desfire/transit-application.ts';
import type { ClockQuality } from '../core/clock-quality.ts';
import { createKeyedHash, identifierKeyBytes, type KeyedHash } from '../core/crypto/keyed-hash.ts';
import { emptyHistory, type Situation } from '../core/rules/rule.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { type InputKind, type InspectInput, readInspectInput } from './inspect-input.ts';
import { linesOf } from './inspect-print.ts';
import { type InspectReport, reportOn } from './inspect-report.ts';

export interface InspectOptions {
  readonly as?: InputKind;
  readonly rules?: string;
  /** Milliseconds since 1970: judges as of then; absent: as of now. */
  readonly at?: number;
  readonly clock?: ClockQuality;
  readonly route?: string;
  readonly identifierKey?: string;
  /** File of master keys: opens the recorded session of a transit card. */
  readonly cardKeys?: string;
  readonly reveal?: boolean;
  readonly json?: boolean;
}

export interface InspectSurroundings {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Width of the terminal, when there is one. */
  readonly columns?: number | undefined;
}

export async function inspect(
  text: string,
  options: InspectOptions,
  { io, now, columns }: InspectSurroundings & { readonly io: CliIo },
): Promise<ExitCode> {
  const bytes = text === '-' ? withoutLineEnd(await io.readInput()) : utf8(text);
  const input = readInspectInput(bytes, options.as);
  const judgedAt = options.at ?? now;
  const situation = situationOf(options, judgedAt);
  const report = reportOn(input, {
    ...keyedBy(options.identifierKey),
    cardKey: await cardKeyFor(input, options.cardKeys),
    situation,
    reveal: options.reveal === true,
  });
  if (options.json === true) io.out(JSON.stringify(jsonOf(report)));
  else {
    const print = { inColour: io.inColour, columns, now: judgedAt, situation };
    for (const line of linesOf(report, print)) io.out(line);
  }
  return isWell(report, situation !== undefined) ? 0 : 1;
}

/** The one that a validator proves to the card of the trace. */
async function cardKeyFor(
  input: InspectInput,
  file: string | undefined,
): Promise<Uint8Array | undefined> {
  if (file === undefined) return undefined;
  const store = createFileKeyStore(file);
  const uid = input.kind === 'trace' ? uidIn(input.trace) : undefined;
  if (uid?.length !== uidBytes) return undefined;
  const { key, version, diversification } = transitKeyName(validateKey, uid);
  return store.cardKey(key, version, diversification);
}

/** Whoever gave rules asked for a verdict: none is no yes. */
function isWell({ fault, verdict }: InspectReport, isJudged: boolean): boolean {
  if (fault !== undefined) return false;
  return verdict === null ? !isJudged : verdict.outcome === 'accepted';
}

/** Reads `--at`: a date with a time and its zone. */
export function readTime(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('It is a time with its zone, such as 2026-11-02T07:00:00+07:00.');
}

/** A shell's echo or a scanner ends the line, once; a code never ends with a line feed. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

/** As if it had never been tapped. */
function situationOf(options: InspectOptions, now: number): Situation | undefined {
  if (options.rules === undefined) return undefined;
  return {
    ...{ rules: readRules(options.rules), history: emptyHistory, now },
    clockQuality: options.clock ?? 'rtc',
    place: { routeId: options.route },
    ...{ listings: [], listAgeMs: 0, syncAgeMs: 0, authorisation: 'no-answer' },
  };
}

interface Keyed {
  readonly keyed: KeyedHash;
  readonly hasIdentifierKey: boolean;
}

function keyedBy(file: string | undefined): Keyed {
  const key = file === undefined ? undefined : readIdentifierKey(file);
  const nobodys = new Uint8Array(identifierKeyBytes);
  return { keyed: createKeyedHash(key ?? nobodys), hasIdentifierKey: key !== undefined };
}

/** Docs: docs/inspect.md. */
function jsonOf({ facts, trace, notes, ...report }: InspectReport): object {
  return {
    ...report,
    ...(trace.length > 0 && { trace }),
    facts: Object.fromEntries(facts.map(({ name, value, data }) => [name, data ?? value])),
    ...(notes.length > 0 && { notes }),
  };
}
