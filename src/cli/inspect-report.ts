/**
 * What `halte inspect` has to tell, as a value: what the input is, its fields, what of it was
 * checked, and what a validator would decide. Secrets are masked here, so that whoever prints the
 * report need not know of them.
 */
import { hex, latin1, utf8 } from '../core/bytes.ts';
import { parseResponse, statusText } from '../core/card/apdu.ts';
import { beginsDesfireSession, commandName, statusName } from '../core/card/apdu-names.ts';
import { binaryOf, challengeOf, type Exchange, replayDialogue } from '../core/card/apdu-trace.ts';
import { recordedNonce } from '../core/card/desfire/recorded-session.ts';
import { readCard } from '../core/card/read-card.ts';
import type { KeyedHash } from '../core/crypto/keyed-hash.ts';
import { decideTap } from '../core/decide.ts';
import {
  type Basis,
  type Decision,
  type Fare,
  type Outcome,
  withoutFare,
} from '../core/decision.ts';
import type { Field } from '../core/field.ts';
import { listingsOf } from '../core/lists/security-listing.ts';
import type { Parsed } from '../core/parsed.ts';
import { type Reason, reasons } from '../core/reason.ts';
import type { Situation } from '../core/rules/rule.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { challengeBytes } from '../core/ticket/presentation.ts';
import type { TokenFormat } from '../core/token/format.ts';
import { parseQrToken, recogniseToken } from '../core/token/parse-token.ts';
import type { Token } from '../core/token/token.ts';
import { answersOf } from './inspect-answers.ts';
import { type Check, checksOf, checksOfFault } from './inspect-checks.ts';
import { type Fact, factsOf } from './inspect-facts.ts';
import type { InputKind, InspectInput } from './inspect-input.ts';

export interface InspectReport {
  readonly input: {
    readonly kind: InputKind;
    readonly bytes?: number;
    /** Of the scanner, such as `]Q1`; it stood before the code. */
    readonly symbology?: string;
  };
  readonly trace: readonly TraceStep[];
  readonly format: string | null;
  readonly fields: readonly Field[];
  readonly facts: readonly Fact[];
  readonly verified: readonly Check[];
  /** null: nobody can tell, or no rules were given. */
  readonly verdict: Verdict | null;
  readonly fault?: { readonly reason: Reason; readonly detail: string };
  /** What the reader of the report should know besides. */
  readonly notes: readonly string[];
}

export interface TraceStep {
  readonly command: string;
  /** Four digits; null when the card did not answer. */
  readonly status: string | null;
  readonly meaning: string;
  /** Bytes of the answer before its status. */
  readonly bytes: number;
  /** What the answer says, where its meaning is public; offsets count within it. */
  readonly fields?: readonly Field[];
  /** Command and answer in hexadecimal, for whoever asked to see them. */
  readonly sent?: string;
  readonly received?: string;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly basis: Basis | null;
  readonly reason: Reason;
  /** Number of the reason. */
  readonly code: number;
  readonly fare?: Pick<Fare, 'product' | 'amount'>;
}

export interface ReportOptions {
  readonly keyed: KeyedHash;
  /** The keys of {@link keyed} are the operator's. */
  readonly hasIdentifierKey: boolean;
  /** The validator's key of the card in the trace. */
  readonly cardKey?: Uint8Array | undefined;
  /** By which it is judged; absent: it is not. */
  readonly situation: Situation | undefined;
  /** Shows what a thief could use. */
  readonly reveal: boolean;
}

export const mask = '••••';

export function reportOn(input: InspectInput, options: ReportOptions): InspectReport {
  const { code, token, notes } =
    input.kind === 'trace'
      ? fromTrace(input.trace, options)
      : {
          code: input.code,
          token: parseQrToken(input.code, options.keyed),
          notes: [],
        };
  const format = recogniseToken(code);
  return {
    input: inputOf(input),
    trace: input.kind === 'trace' ? stepsOf(input.trace, options) : [],
    format: (token?.ok ? token.value.format : format?.name) ?? null,
    fields: shown(format?.fields(code) ?? [], options),
    ...judged({ token, code }, options),
    notes: [...notes, ...noteOfKeys(token, options), ...preview(input, format, options)],
  };
}

function inputOf(input: InspectInput): InspectReport['input'] {
  if (input.kind === 'trace') return { kind: input.kind };
  const { kind, bytes, symbology } = input;
  return { kind, bytes, ...(symbology !== undefined && { symbology }) };
}

function shown(fields: readonly Field[], { reveal }: ReportOptions): readonly Field[] {
  return fields.map((field) =>
    field.secret === undefined || reveal ? field : { ...field, value: mask },
  );
}

interface Subject {
  /** What a scanner would have given; empty when no code carries it. */
  readonly code: Uint8Array;
  /** Absent when the input does not tell. */
  readonly token: Parsed<Token> | undefined;
  readonly notes: readonly string[];
}

const sealedSession =
  'a DESFire session is protected by keys of the card: --card-keys FILE opens it';
const otherKeys = 'these card keys do not open the DESFire session of this card';

function fromTrace(trace: readonly Exchange[], { keyed, cardKey }: ReportOptions): Subject {
  const nonce = cardKey && recordedNonce(trace, cardKey);
  if (nonce === undefined && trace.some(({ command }) => beginsDesfireSession(command))) {
    const notes = [cardKey === undefined ? sealedSession : otherKeys];
    return { code: new Uint8Array(), token: undefined, notes };
  }
  // A trace has no answer to reset: the dialogues find out what card it was.
  const challenge = nonce ?? challengeOf(trace) ?? new Uint8Array(challengeBytes);
  const dialogue = readCard(new Uint8Array(), { keyed, challenge });
  const replay = replayDialogue(dialogue, trace, cardKey);
  if ('unasked' in replay) {
    const notes = [`no token in this trace: a validator would go on with ${replay.unasked}`];
    return { code: new Uint8Array(), token: undefined, notes };
  }
  return { code: codeOf(trace, replay.result), token: replay.result, notes: [] };
}

/** The code that would have carried the same token. */
function codeOf(trace: readonly Exchange[], token: Parsed<Token>): Uint8Array {
  const ticket = binaryOf(trace);
  if (ticket.length > 0) return utf8(halteTicketText(ticket));
  const isCode = token.ok && token.value.card === undefined;
  return (isCode ? token.value.secret?.reveal() : undefined) ?? new Uint8Array();
}

function stepsOf(trace: readonly Exchange[], options: ReportOptions): readonly TraceStep[] {
  const answers = answersOf(trace);
  return trace.map((exchange, index) => {
    const fields = shown(answers[index] ?? [], options);
    return { ...stepOf(exchange, options), ...(fields.length > 0 && { fields }) };
  });
}

function stepOf({ command, response }: Exchange, { reveal }: ReportOptions): TraceStep {
  const answer = response && parseResponse(response);
  const hidden = {
    command: commandName(command),
    status: answer === undefined ? null : statusText(answer.status).toUpperCase(),
    meaning: answer === undefined ? 'no answer' : statusName(answer.status),
    bytes: answer?.data.length ?? 0,
  };
  return reveal
    ? { ...hidden, sent: hex(command), received: hex(response ?? new Uint8Array()) }
    : hidden;
}

type Judged = Pick<InspectReport, 'facts' | 'verified' | 'verdict' | 'fault'>;

function judged({ token, code }: Pick<Subject, 'token' | 'code'>, options: ReportOptions): Judged {
  if (token === undefined) return { facts: [], verified: [], verdict: null };
  if (!token.ok) {
    const { reason, detail } = token.fault;
    const verdict = verdictOf(withoutFare(reason));
    return { facts: [], verified: checksOfFault(code), verdict, fault: { reason, detail } };
  }
  const listed = options.situation && withListings(token.value, options.situation);
  return {
    facts: factsOf(token.value, options),
    verified: checksOf(token.value, { ...options, situation: listed }),
    verdict: listed ? verdictOf(decided(token.value, listed)) : null,
  };
}

function withListings(token: Token, situation: Situation): Situation {
  const { rules, now } = situation;
  return { ...situation, listings: listingsOf(token, rules.listings, now) };
}

/** As without a link: nobody is asked here. */
function decided(token: Token, situation: Situation): Decision {
  const decision = decideTap(token, { ...situation, authorisation: 'no-answer' });
  return 'ask' in decision ? withoutFare('payment-needs-link') : decision;
}

function verdictOf(decision: Decision): Verdict {
  const { outcome, reason } = decision;
  const { code } = reasons[reason];
  return decision.outcome === 'accepted'
    ? { outcome, basis: decision.basis, reason, code, fare: chargedOf(decision.fare) }
    : { outcome, basis: null, reason, code };
}

function chargedOf({ product, amount }: Fare): Pick<Fare, 'product' | 'amount'> {
  return { product, amount };
}

/** As much of an unknown code as tells what it may be. */
const previewCharacters = 120;

function preview(
  input: InspectInput,
  format: TokenFormat | undefined,
  { reveal }: ReportOptions,
): readonly string[] {
  if (input.kind === 'trace' || format !== undefined || input.bytes === 0) return [];
  if (input.hint !== undefined) return [input.hint];
  if (!reveal) return ['--reveal shows how it begins; --as text, hex or trace reads it otherwise'];
  const beginning = latin1(input.code.subarray(0, previewCharacters));
  return [`it begins: ${beginning.replace(/[^ -~]/g, '·')}`];
}

function noteOfKeys(
  token: Parsed<Token> | undefined,
  { hasIdentifierKey }: ReportOptions,
): readonly string[] {
  if (token?.ok !== true || hasIdentifierKey) return [];
  return ['the keys (–) are shown with --identifier-key FILE, as the operator’s devices make them'];
}
