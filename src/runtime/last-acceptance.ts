/**
 * What was accepted last on this device and may be taken back: found in the ledger itself, so that
 * neither a restart nor a second press changes the answer.
 */
import type { Row, RowStamp } from '../core/ledger/row.ts';
import type { LedgerEntry } from '../store/ledger-audit.ts';

/** Rows that are looked through; what is older than so many is too late to take back anyway. */
export const rowsLookedBackMax = 256;

export interface LastAcceptance {
  readonly entry: LedgerEntry;
  readonly row: Row & { readonly kind: 'tap' | 'cash-fare' };
  readonly isVoided: boolean;
  /** A purse was debited for it. */
  readonly isDebit: boolean;
}

/**
 * @param newest rows, newest first, one more than are looked through. @returns undefined when
 * nothing among them was accepted.
 */
export function lastAcceptance(newest: readonly LedgerEntry[]): LastAcceptance | undefined {
  for (const [index, entry] of newest.slice(0, rowsLookedBackMax).entries()) {
    const { row } = entry;
    if (row === undefined || !isAcceptance(row)) continue;
    const isVoided = newest.slice(0, index).some((later) => voids(later, entry));
    return { entry, row, isVoided, isDebit: isDebit(newest[index + 1]) };
  }
  return undefined;
}

function isAcceptance(row: Row): row is LastAcceptance['row'] {
  return row.kind === 'cash-fare' || (row.kind === 'tap' && row.outcome === 'accepted');
}

function voids({ row }: LedgerEntry, { epoch, seq }: LedgerEntry): boolean {
  return row?.kind === 'void' && row.voidedEpoch === epoch && row.voidedSeq === seq;
}

/** A debit's outcome stands before its tap, in the same transaction. */
function isDebit(before: LedgerEntry | undefined): boolean {
  return before?.row?.kind === 'card-outcome' && before.row.result === 'committed';
}

/** Milliseconds between two rows, or a row and now; over a restart the wall clock must do. */
export function msBetween(
  earlier: Pick<RowStamp, 'bootId' | 'monotonicAt' | 'wallAt'>,
  later: Pick<RowStamp, 'bootId' | 'monotonicAt' | 'wallAt'>,
): number {
  if (earlier.bootId === later.bootId) return later.monotonicAt - earlier.monotonicAt;
  return Math.abs(later.wallAt - earlier.wallAt);
}
