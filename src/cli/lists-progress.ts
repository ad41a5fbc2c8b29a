/** A bar for long work, drawn over itself on a terminal; where there is no terminal, nothing. */

/** Writes to the terminal as it is, without a line end. */
export type DrawOnTerminal = (text: string) => unknown;

export interface ProgressBar {
  onProgress(done: number, total: number): void;
  /** Takes the bar away. */
  end(): void;
}

const barWidth = 30;
const clearLine = '\r\u001b[2K';

export function createProgressBar(name: string, draw: DrawOnTerminal | undefined): ProgressBar {
  let drawn = -1;
  return {
    onProgress(done, total) {
      const percent = total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
      if (draw === undefined || percent === drawn) return;
      drawn = percent;
      const filled = Math.round((percent / 100) * barWidth);
      const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      draw(`${clearLine}${name} ${bar} ${String(percent).padStart(3)} %`);
    },
    end() {
      if (drawn >= 0) draw?.(clearLine);
      drawn = -1;
    },
  };
}

/** Runs work under a bar that is gone when it ends, however it ends. */
export async function withProgress<T>(
  name: string,
  draw: DrawOnTerminal | undefined,
  work: (onProgress: ProgressBar['onProgress']) => Promise<T>,
): Promise<T> {
  const bar = createProgressBar(name, draw);
  try {
    return await work(bar.onProgress);
  } finally {
    bar.end();
  }
}
