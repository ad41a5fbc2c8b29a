/**
 * What was given to `halte inspect`: the text of a code, a code or a token in hexadecimal, or the
 * trace of a card. It finds out which; what it says is not looked at here.
 */
import { splitAimIdentifier } from '../../device/serial/aim-identifier.ts';
import { latin1, utf8 } from '../core/bytes.ts';
import { type Exchange, parseApduTrace } from '../core/card/apdu-trace.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { recogniseToken } from '../core/token/parse-token.ts';
import { CliError } from './cli-io.ts';
import { hexHint } from './inspect-hex.ts';

export const inputKinds = ['text', 'hex', 'trace'] as const;
export type InputKind = (typeof inputKinds)[number];

export type InspectInput =
  | {
      readonly kind: 'text' | 'hex';
      /** Bytes of the code; of hexadecimal, what it stands for. */
      readonly bytes: number;
      /** What a scanner would have given, without its symbology identifier. */
      readonly code: Uint8Array;
      /** The identifier that stood before the code, such as `]Q1`. */
      readonly symbology?: string;
      /** What to do when it was meant as hexadecimal, which it nearly is. */
      readonly hint?: string;
    }
  | { readonly kind: 'trace'; readonly trace: readonly Exchange[] };

const hexText = /^\s*([0-9a-f]\s*[0-9a-f]\s*)+$/i;
/** A first line that is a command or an answer, whole or with a mistake in it: no code begins so. */
const traceBeginning = /^\s*[<>]([ \t]+[0-9a-f]{2}|[\s0-9a-f]*(\r?\n|$))/i;
/** What people write between the lines of a trace. */
const comments = /^[ \t]*(#|\/\/|;).*$/gm;

/** @param as what it is, when the caller knows. @throws CliError when it is not that. */
export function readInspectInput(given: Uint8Array, as?: InputKind): InspectInput {
  const text = latin1(given);
  switch (as ?? kindOf(given, text)) {
    case 'text':
      return textInput(given, text);
    case 'hex':
      return hexInput(text);
    case 'trace':
      return traceInput(text);
  }
}

function kindOf(given: Uint8Array, text: string): InputKind {
  if (recogniseToken(splitAimIdentifier(given).bytes) !== undefined) return 'text';
  if (traceBeginning.test(text.replace(comments, ''))) return 'trace';
  return hexText.test(text) ? 'hex' : 'text';
}

function textInput(given: Uint8Array, text: string): InspectInput {
  const hint = hexHint(text);
  return { kind: 'text', ...scanned(given), ...(hint !== undefined && { hint }) };
}

/** As the validator takes what a scanner gave. */
function scanned(given: Uint8Array) {
  const { symbology, bytes: code } = splitAimIdentifier(given);
  return { bytes: code.length, code, ...(symbology !== undefined && { symbology }) };
}

function hexInput(text: string): InspectInput {
  if (!hexText.test(text)) {
    const hint = hexHint(text) ?? 'two hexadecimal digits a byte, spaces and line ends as you like';
    throw new CliError('inspect/bad-hex', 'this is not whole bytes in hexadecimal', hint);
  }
  const input = scanned(Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex')));
  return { kind: 'hex', ...input, code: codeOf(input.code) };
}

function traceInput(text: string): InspectInput {
  // The lines stay, so that a fault names the one that it is on.
  const trace = parseApduTrace(text.replace(comments, ''));
  if (trace.ok) return { kind: 'trace', trace: trace.value };
  const hint =
    'a line is > and a command, < and what the card answered, in hexadecimal, or # and a comment';
  throw new CliError('inspect/bad-trace', trace.fault.detail, hint);
}

/** `85 05 "CPV01"`: what a payment code holds, out of its base64. */
const payloadFormat = '\x85\x05CPV01';
/** Arrays of three or four, or the tag of COSE_Sign1, before a byte string: RFC 8949 appendix B. */
const ticketBeginning = /^[\x83\x84\xd2][\x40-\x5a\x84]/;

/** The code that carries these bytes: themselves, or the text that a format makes of them. */
function codeOf(bytes: Uint8Array): Uint8Array {
  const beginning = latin1(bytes.subarray(0, payloadFormat.length));
  if (beginning === payloadFormat) return utf8(Buffer.from(bytes).toString('base64'));
  return ticketBeginning.test(beginning) ? utf8(halteTicketText(bytes)) : bytes;
}
