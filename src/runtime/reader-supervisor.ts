/**
 * Keeps one reader, or a position source, open for as long as the validator runs: opens it, hands
 * on what it yields one by one, and opens it again after every failure. A missing one never stops
 * the others.
 */
import type { Clock, Random } from '../../device/clock.ts';
import { ReaderError } from '../../device/token-reader.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { Report } from './runtime-event.ts';

/** What TokenReader and PositionSource have in common. */
export interface Reader<T> {
  readonly name: string;
  open(signal: AbortSignal): AsyncIterable<T>;
}

export interface ReaderSupervisorDeps<T> {
  readonly clock: Clock;
  readonly random: Random;
  readonly handle: (found: T) => Promise<void>;
  readonly report: Report;
}

/** A replugged scanner answers again within these. */
const reopen = { baseMs: 500, capMs: 5_000 };
/** A driver is not installed by itself: looking for it must not cost a process every few seconds. */
const driverLookMs = 300_000;
/** Even a lucky draw leaves the device time to come up. */
const reopenDelayMinMs = 50;

/** Resolves when the signal aborts; rejects only with what the handler threw, or our own bug. */
export async function superviseReader<T>(
  reader: Reader<T>,
  deps: ReaderSupervisorDeps<T>,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  let reported: string | undefined;
  while (!signal.aborted) {
    try {
      for await (const found of reader.open(signal)) {
        failures = 0;
        reported = undefined;
        await deps.handle(found);
      }
      if (!signal.aborted) throw endedByItself(reader.name);
    } catch (error) {
      if (!(error instanceof ReaderError)) throw error;
      failures += 1;
      if (error.code !== reported) reportFailure(deps.report, reader.name, error);
      reported = error.code;
      await deps.clock.sleep(waitAfter(error, failures, deps.random.next()), signal);
    }
  }
}

function endedByItself(name: string): ReaderError {
  const hint = 'It is opened again; if it stays so, unplug it and plug it in again.';
  return new ReaderError('reader/failed', `${name} ended by itself`, hint);
}

function waitAfter({ code }: ReaderError, failures: number, chance: number): number {
  if (code === 'reader/driver-missing') return driverLookMs;
  return Math.max(reopenDelayMinMs, retryDelayMs(failures, reopen, chance));
}

/** Once for each kind of failure in a row: a reader that is missing all day is one line. */
function reportFailure(report: Report, reader: string, error: ReaderError): void {
  const { code, message, hint } = error;
  report({ event: 'reader-failed', reader, code, message, hint });
}
