/** On what a measurement was made: without it its microseconds say nothing. */
import { arch, availableParallelism, cpus, loadavg } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly architecture: string;
  readonly node: string;
  /** Processes that wanted to run, mean of the last minute. */
  readonly load: number;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    architecture: arch(),
    node: process.version,
    load: loadavg()[0] ?? 0,
  };
}
