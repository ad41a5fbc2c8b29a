/**
 * Keeps one reader open for as long as the validator runs: opens it, hands its scans on one by one,
 * and opens it again after every failure. A missing reader never stops the others.
 */
import type { Clock, Random } from '../../device/clock.ts';
import { ReaderError, type TokenReader } from '../../device/token-reader.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { Report } from './runtime-event.ts';
import type { TapHandler } from './tap-handler.ts';

export interface ReaderSupervisorDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly handle: TapHandler;
  readonly report: Report;
}

/** A replugged scanner answers again within these. */
const reopen = { baseMs: 500, capMs: 5_000 };
/** Even a lucky draw leaves the device time to come up. */
const reopenDelayMinMs = 50;

/** Resolves when the signal aborts; rejects only with what the tap handler threw, or our own bug. */
export async function superviseReader(
  reader: TokenReader,
  deps: ReaderSupervisorDeps,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  let reported: string | undefined;
  while (!signal.aborted) {
    try {
      for await (const scan of reader.open(signal)) {
        failures = 0;
        reported = undefined;
        await deps.handle(scan);
      }
    } catch (error) {
      if (!(error instanceof ReaderError)) throw error;
      failures += 1;
      if (error.code !== reported) reportFailure(deps, reader, error);
      reported = error.code;
      const delay = retryDelayMs(failures, reopen, deps.random.next());
      await deps.clock.sleep(Math.max(reopenDelayMinMs, delay), signal);
    }
  }
}

/** Once for each kind of failure in a row: a reader that is missing all day is one line. */
function reportFailure(deps: ReaderSupervisorDeps, reader: TokenReader, error: ReaderError): void {
  const { code, message, hint } = error;
  deps.report({ event: 'reader-failed', reader: reader.name, code, message, hint });
}
