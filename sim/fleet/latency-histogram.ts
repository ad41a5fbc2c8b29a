/**
 * How long many things took, in a memory that does not grow with them: counts in steps of 10 %.
 * A quantile is therefore told up to 10 % too high, never too low; the longest one exactly.
 */
export interface LatencyHistogram {
  add(ms: number): void;
  readonly figures: LatencyFigures;
  /** A bar for each doubling that anything fell into. */
  lines(): readonly string[];
}

/** Milliseconds; zeros when nothing was added. */
export interface LatencyFigures {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

const firstMs = 0.1;
const growth = 1.1;
/** Up to a quarter of an hour; what takes longer counts in the last step. */
export const stepsMax = 170;
const barWidth = 40;

export function createLatencyHistogram(): LatencyHistogram {
  const counts = new Array<number>(stepsMax).fill(0);
  let count = 0;
  let max = 0;

  function quantile(share: number): number {
    let left = Math.ceil(count * share);
    const step = counts.findIndex((one) => {
      left -= one;
      return left <= 0;
    });
    return Math.min(max, endOf(step));
  }

  return {
    add(ms) {
      const step = ms <= firstMs ? 0 : Math.ceil(Math.log(ms / firstMs) / Math.log(growth));
      const place = Math.min(step, stepsMax - 1);
      counts[place] = (counts[place] ?? 0) + 1;
      count += 1;
      max = Math.max(max, ms);
    },
    get figures() {
      return { count, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max };
    },
    lines: () => barsOf(counts),
  };
}

function endOf(step: number): number {
  return firstMs * growth ** step;
}

function barsOf(counts: readonly number[]): readonly string[] {
  const doublings = new Map<number, number>();
  for (const [step, count] of counts.entries()) {
    const doubling = Math.max(0, Math.ceil(Math.log2(endOf(step))));
    if (count > 0) doublings.set(doubling, (doublings.get(doubling) ?? 0) + count);
  }
  const most = Math.max(1, ...doublings.values());
  return [...doublings].map(([doubling, count]) => {
    const bar = '█'.repeat(Math.max(1, Math.round((count / most) * barWidth)));
    return `${`≤ ${2 ** doubling} ms`.padStart(12)} ${String(count).padStart(8)} ${bar}`;
  });
}
