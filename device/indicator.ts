/**
 * The port of everything that tells the rider what was decided: lights, screen, sound, log.
 * It knows colours and words, never fares or rules.
 */
import type { MonotonicMs } from './clock.ts';

export type Light = 'green' | 'amber' | 'red';

export interface Signal {
  /** What it is about, for a log to be held against a record; absent when nothing was recorded. */
  readonly id?: string;
  readonly light: Light;
  /** One entry per thing worth showing, already in words: `{ fare: 'Rp 3.500', … }`. */
  readonly fields: Readonly<Record<string, string>>;
  /** What the rider reads, Indonesian and English. */
  readonly text: { readonly id: string; readonly en: string };
  /** Text of a QR code that the rider is to scan; an indicator without a screen leaves it out. */
  readonly code?: string;
  /** When the last byte of the scan arrived, so that an indicator can tell the rider's wait. */
  readonly lastByteAt: MonotonicMs;
}

export interface Indicator {
  /** Shows at once and returns; must not throw for want of a screen. */
  show(signal: Signal): void;
}
