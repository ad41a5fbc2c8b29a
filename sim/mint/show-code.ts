/**
 * Shows a code in every form that it is asked for in. Standard output is the text alone, or one line
 * of JSON, so that pipes work; the picture in the terminal and what is said about it are for people,
 * and go to standard error.
 */
import { type QrPicture, qrPicture, terminalLines } from '../../device/console/terminal-qr.ts';
import { pngOf } from '../qr-picture.ts';
import type { MintDeps } from './mint-deps.ts';
import { writePicture } from './out-file.ts';

export interface ShowOptions {
  readonly png?: string;
  /** Absent: when a person reads standard output. */
  readonly qr?: boolean;
  readonly json?: boolean;
}

export interface Code {
  readonly text: string;
  /** What else `--json` tells of it. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What a person is told of it. */
  readonly summary: string;
  /** What must be known even by who only wants the text. */
  readonly warning?: string | undefined;
}

export function showCode(code: Code, { png, qr, json }: ShowOptions, deps: MintDeps): void {
  const { io, isTerminal } = deps;
  const picture = qrPicture(code.text);
  const { version, mode, size } = picture;
  if (png !== undefined) writePicture(png, pngOf(picture));
  const qrFacts = { version, errorCorrection: 'M', mode, size };
  const { text, facts } = code;
  io.out(json === true ? JSON.stringify({ text, ...facts, qr: qrFacts }) : text);
  const isDrawn = qr ?? (isTerminal && json !== true);
  if (isDrawn) for (const line of drawing(picture, deps)) io.err(line);
  if (isDrawn || png !== undefined) io.err(`${code.summary}; QR ${version}-M, ${mode}`);
  if (code.warning !== undefined) io.err(code.warning);
}

/** A code that wraps at the terminal's edge is none. */
function drawing(picture: QrPicture, { io, columns }: MintDeps): readonly string[] {
  const wanted = picture.modules.length;
  if (columns === undefined || columns >= wanted) return terminalLines(picture, io.inColour);
  return [`the picture needs ${wanted} columns and the terminal has ${columns}: use --png`];
}
