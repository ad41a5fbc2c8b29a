/**
 * Which refusals are rows of their own, and the rows that tell how often the others came. What is
 * being counted is in memory alone: a killed device loses a count, never an accepted tap.
 */
import { hex } from '../core/bytes.ts';
import type { RefusalsRow } from '../core/ledger/row.ts';
import type { Reason } from '../core/reason.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import {
  allCountsEnded,
  type Count,
  type Counts,
  countEnded,
  counted,
  countsOver,
  type Refusal,
} from './refusal-counter.ts';
import type { Stamper } from './stamp.ts';
import type { Tap } from './tap-row.ts';

export interface RefusalLog {
  /**
   * What is to be written with a tap, before it.
   * @param hasRows other rows belong to the tap: then it has one in any case.
   */
  note(tap: Tap, hasRows: boolean): NotedTap;
  /** Writes the counts whose minute is over. @throws StoreError */
  writeDue(): void;
  /** Writes all that was counted. @throws StoreError */
  close(): void;
}

export interface NotedTap {
  readonly counts: readonly RefusalsRow[];
  /** It was counted: it has no row of its own. */
  readonly isCounted: boolean;
}

export interface RefusalLogDeps {
  readonly ledger: Pick<TapLedger, 'appendTogether'>;
  readonly stamper: Stamper;
}

export function createRefusalLog({ ledger, stamper }: RefusalLogDeps): RefusalLog {
  let counts: Counts = new Map();

  function write(ended: readonly Count[]): void {
    if (ended.length > 0) ledger.appendTogether(rowsOf(ended));
  }

  function rowsOf(ended: readonly Count[]): readonly RefusalsRow[] {
    return ended.map(({ beganAt: _, ...count }) => ({
      kind: 'refusals',
      ...stamper.stamp(),
      ...count,
    }));
  }

  return {
    note(tap, hasRows) {
      const { subject, refusal } = refusalOf(tap);
      const isAccepted = tap.decision.outcome === 'accepted';
      const isOther = isAccepted || hasRows;
      const before = isOther ? countEnded(counts, subject) : { counts, ended: [] };
      const noted = isAccepted
        ? { counts: before.counts, ended: [], isRepeated: false }
        : counted(before.counts, subject, { refusal, moment: stamper.stamp() });
      counts = noted.counts;
      return { counts: rowsOf([...before.ended, ...noted.ended]), isCounted: noted.isRepeated };
    },
    writeDue() {
      const over = countsOver(counts, stamper.stamp());
      write(over.ended);
      counts = over.counts;
    },
    close() {
      const ended = allCountsEnded(counts);
      counts = new Map();
      write(ended);
    },
  };
}

/**
 * A payment counts by its account, whose wallet makes a new code each time; noise has no key and
 * counts by its reader and what is wrong with it.
 */
function refusalOf({ scan: { reader }, token, standsFor, decision: { reason } }: Tap): {
  readonly subject: string;
  readonly refusal: Refusal;
} {
  if (!token.ok) {
    return { subject: noiseOf(reader, reason), refusal: { reader, reason, ...sampleOf(token) } };
  }
  const { tokenKey } = token.value;
  return { subject: standsFor ?? hex(tokenKey), refusal: { reader, reason, tokenKey } };
}

function noiseOf(reader: string, reason: Reason): string {
  return `${reason} ${reader}`;
}

function sampleOf({ fault }: Extract<Tap['token'], { readonly ok: false }>) {
  return fault.sample === undefined ? {} : { sample: fault.sample };
}
