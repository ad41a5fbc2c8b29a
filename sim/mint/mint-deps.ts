/** What the commands of `halte mint` need of the world. */
import type { Clock, Entropy } from '../../device/clock.ts';
import type { CliIo } from '../../src/cli/cli-io.ts';

export interface MintDeps {
  readonly io: CliIo;
  readonly clock: Pick<Clock, 'wallNow'>;
  readonly entropy: Entropy;
  /** Whether a person reads standard output. */
  readonly isTerminal: boolean;
  /** Width of the terminal, when there is one. */
  readonly columns?: number | undefined;
}
