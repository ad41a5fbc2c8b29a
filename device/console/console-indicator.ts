/**
 * Shows each signal as one line of text, for a terminal or a service log, and draws the code that a
 * rider is to scan. It adds the rider's wait in milliseconds; it decides neither where the line goes nor whether it has colour.
 */
import type { Clock } from '../clock.ts';
import type { Indicator, Light, Signal } from '../indicator.ts';
import { qrPicture, terminalLines } from './terminal-qr.ts';

export interface ConsoleIndicatorDeps {
  readonly clock: Clock;
  /** Takes one line without its line feed. */
  write(line: string): void;
}

export interface ConsoleIndicatorOptions {
  /** ANSI colours for the light; off unless told. */
  readonly colour?: boolean;
}

export interface ConsoleIndicator extends Indicator {
  /** Lines that could not be written. */
  readonly failed: number;
}

/** ECMA-48 SGR parameters. */
const colours: Readonly<Record<Light, number>> = { green: 32, amber: 33, red: 31 };
const lightWidth = 'green'.length;

export function createConsoleIndicator(
  { write, clock }: ConsoleIndicatorDeps,
  { colour = false }: ConsoleIndicatorOptions = {},
): ConsoleIndicator {
  let failed = 0;

  return {
    show(signal) {
      const elapsedMs = clock.monotonicNow() - signal.lastByteAt;
      try {
        write(lineOf(signal, elapsedMs, colour));
        if (signal.code !== undefined) for (const line of drawing(signal.code, colour)) write(line);
      } catch {
        // A terminal that is gone must not stop taps; the count tells of it.
        failed += 1;
      }
    },
    get failed() {
      return failed;
    },
  };
}

function lineOf({ light, fields }: Signal, elapsedMs: number, colour: boolean): string {
  const dot = colour ? `\u001b[${colours[light]}m●\u001b[0m` : '●';
  const values = Object.values(fields).map(printable);
  return [`${dot} ${light.padEnd(lightWidth)}`, ...values, `${elapsedMs.toFixed(1)} ms`].join('  ');
}

function drawing(code: string, colour: boolean): readonly string[] {
  return terminalLines(qrPicture(code), colour);
}

/** A field may carry what a rider's code said; it must not steer the terminal or break the line. */
function printable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
}
