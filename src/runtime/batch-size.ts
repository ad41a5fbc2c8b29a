/**
 * How many rows go at once: few after a failure, so that a link that lives for seconds carries some
 * of them whole; twice as many after each quick answer, so that a backlog is soon gone.
 */
import { batchRowsMax } from '../sync/wire.ts';

/** At most so many after a failure. */
export const rowsAfterFailure = 50;
/** Fewer are no quicker: the handshake is what takes long. */
const rowsMin = 8;
/** A receipt within this was quick; after the other, slow. */
const quickMs = 2_000;
const slowMs = 10_000;

export interface BatchSize {
  readonly rowsMax: number;
  /** A receipt came after so long. */
  onReceipt(afterMs: number): void;
  /** No answer came, or none that helps. */
  onFailure(): void;
  /** 413 for so many rows: fewer until {@link forgetLimit}. */
  onTooLarge(rows: number): void;
  forgetLimit(): void;
}

export function createBatchSize(): BatchSize {
  let rows = batchRowsMax;
  let limit = batchRowsMax;
  const halve = () => {
    rows = Math.max(rowsMin, Math.floor(rows / 2));
  };
  return {
    get rowsMax() {
      return Math.min(rows, limit);
    },
    onReceipt(afterMs) {
      if (afterMs <= quickMs) rows = Math.min(batchRowsMax, rows * 2);
      else if (afterMs > slowMs) halve();
    },
    onFailure() {
      halve();
      rows = Math.min(rows, rowsAfterFailure);
    },
    onTooLarge(sent) {
      limit = Math.max(1, Math.floor(sent / 2));
    },
    forgetLimit() {
      limit = batchRowsMax;
    },
  };
}
