/** Boots on a disk that a power cut left, and says what is missing of what somebody relied on. */
import { join } from 'node:path';
import { messageOf } from '../../device/message-of.ts';
import { hex } from '../../src/core/bytes.ts';
import type { Row } from '../../src/core/ledger/row.ts';
import { openTapLedger, type TapLedger } from '../../src/store/tap-ledger.ts';
import { bytesOf, someNow } from '../testing/builders.ts';
import { aTapRow } from '../testing/row-builders.ts';
import type { Mark } from './marks.ts';

/** @param marks made before the cut. @returns undefined when all is well. */
export function inspectDisk(folder: string, marks: readonly Mark[]): string | undefined {
  try {
    const place = { path: join(folder, 'ledger.db'), device: 'bus-1' };
    using ledger = openTapLedger({ mintEpoch: () => 1_000 }, place);
    const { broken } = ledger.audit.verify();
    if (broken !== undefined) return `the chain is broken at ${broken.seq}: ${broken.what}`;
    return firstLost(ledger, marks) ?? reuse(ledger, marks);
  } catch (error) {
    return `it does not open: ${messageOf(error)}`;
  }
}

interface Wreck {
  readonly ledger: TapLedger;
  /** By seq: a life has one epoch. */
  readonly held: ReadonlyMap<number, Row | undefined>;
  /** Rows up to this one may have been deleted. */
  readonly prunedUpTo: number;
  /** Tokens whose tap was shown; a card's outcome is in the same transaction. */
  readonly settled: ReadonlySet<string>;
}

function firstLost(ledger: TapLedger, marks: readonly Mark[]): string | undefined {
  const entries = ledger.audit.entries(Number.MAX_SAFE_INTEGER);
  const held = new Map(entries.map(({ seq, row }) => [seq, row]));
  const pruned = marks.map((mark) => (mark.kind === 'pruning' ? mark.durableSeq : 0));
  const greens = marks.flatMap((mark) => (mark.kind === 'green' ? [mark.tokenKey] : []));
  const settled = new Set(greens);
  const wreck = { ledger, held, settled, prunedUpTo: Math.max(0, ...pruned) };
  for (const mark of marks) {
    const lost = lostOf(mark, wreck);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

function lostOf(mark: Mark, wreck: Wreck): string | undefined {
  switch (mark.kind) {
    case 'green':
      return isHeld(mark, wreck) ? undefined : `the green tap ${mark.seq} is lost`;
    case 'card':
      if (!isHeld(mark, wreck)) return `a card was debited without its intent ${mark.seq}`;
      return isAccountedFor(mark, wreck)
        ? undefined
        : `the debit ${mark.seq} is neither open nor has it an outcome`;
    case 'receipt': {
      const { head, outbox } = wreck.ledger;
      const isKept = outbox.unsent <= head.seq - mark.durableSeq;
      return isKept ? undefined : `the receipt of ${mark.durableSeq} is lost`;
    }
    case 'pruning':
      return undefined;
  }
}

type RowMark = Extract<Mark, { kind: 'green' | 'card' }>;

/** With what it is known again by: the row and the memory of its token. */
function isHeld({ kind, seq, tokenKey }: RowMark, { ledger, held, prunedUpTo }: Wreck): boolean {
  const row = held.get(seq);
  if (row === undefined) return seq <= prunedUpTo && !held.has(seq);
  if (!('tokenKey' in row) || row.tokenKey === undefined) return false;
  if (hex(row.tokenKey) !== tokenKey) return false;
  const isRemembered = kind === 'green' && row.kind === 'tap' && row.basis !== undefined;
  return !isRemembered || ledger.recall({ tokenKey: row.tokenKey }, someNow).ridesUsed > 0;
}

/** An intent without an outcome is found again when its card comes, also after its row was pruned. */
function isAccountedFor({ seq, tokenKey }: RowMark, { ledger, held, settled }: Wreck): boolean {
  const open = ledger.recall({ tokenKey: bytesOf(tokenKey) }, someNow).openIntent;
  if (open?.trip.seq === seq) return !settled.has(tokenKey);
  const outcomes = [...held.values()].filter((row) => row?.kind === 'card-outcome');
  return settled.has(tokenKey) || outcomes.some(({ intentSeq }) => intentSeq === seq);
}

/** The next row has the number after the last one that anybody was promised, or a later one. */
function reuse(ledger: TapLedger, marks: readonly Mark[]): string | undefined {
  const promised = marks.map((mark) => ('seq' in mark ? mark.seq : 0));
  const { seq } = ledger.append(aTapRow());
  return seq > Math.max(0, ...promised) ? undefined : `seq ${seq} is given out again`;
}
