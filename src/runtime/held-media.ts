/**
 * What is held to each reader, and whose signal the lights show: the same presentation goes on with
 * what was decided of it. What makes one is the core's (presentation.ts); rows are not known here.
 */
import type { Signal } from '../../device/indicator.ts';
import type { Scan } from '../../device/token-reader.ts';
import type { Outcome } from '../core/decision.ts';
import { continued, holding, type Presentation } from '../core/presentation.ts';
import type { Reading } from './read-token.ts';
import type { TapJudge } from './tap-judge.ts';

export interface HeldMedia {
  /** Whether what is read was held before: then it is shown again where something came between. */
  goesOn(scan: Scan, reading: Reading): boolean;
  /** What was decided of it, and is shown. */
  decided(scan: Scan, reading: Reading, result: Result): void;
  /** Something else was shown meanwhile. */
  interrupted(scan: Scan): void;
}

export interface HeldMediaDeps {
  readonly judge: Pick<TapJudge, 'isGoodInItself'>;
  readonly show: (signal: Signal) => void;
}

interface Result {
  readonly outcome: Outcome;
  readonly signal: Signal;
}

/** One reader or slot. */
interface Door {
  readonly held: readonly Presentation<Signal>[];
  readonly showing: string | undefined;
}

const nobody: Door = { held: [], showing: undefined };

export function createHeldMedia({ judge, show }: HeldMediaDeps): HeldMedia {
  const doors = new Map<string, Door>();
  const doorOf = ({ reader }: Scan) => doors.get(reader) ?? nobody;

  return {
    goesOn(scan, reading) {
      const { seen } = reading;
      const { held, showing } = doorOf(scan);
      const lastSeenAt = scan.lastByteAt;
      const known = continued(held, reading, lastSeenAt);
      if (known === undefined) return false;
      if (known.seen !== seen && !judge.isGoodInItself(reading)) return false;
      // An amber or another code came between: the rider must see again what was decided.
      if (showing !== known.seen) show({ ...known.result, lastByteAt: lastSeenAt });
      const now = holding(held, { ...known, seen, lastSeenAt });
      doors.set(scan.reader, { held: now, showing: seen });
      return true;
    },
    decided(scan, { seen, standsFor }, { outcome, signal }) {
      const { held } = doorOf(scan);
      const isRead = outcome !== 'retry';
      // A refused code is known by its bytes alone: the next code of the same ticket may be better.
      const sight = outcome === 'accepted' ? { seen, standsFor } : { seen };
      const presented = { ...sight, lastSeenAt: scan.lastByteAt, result: signal };
      const now = isRead ? holding(held, presented) : held;
      doors.set(scan.reader, { held: now, showing: isRead ? seen : undefined });
    },
    interrupted(scan) {
      doors.set(scan.reader, { ...doorOf(scan), showing: undefined });
    },
  };
}
