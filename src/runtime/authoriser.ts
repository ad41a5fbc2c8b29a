/**
 * Asks the backend about payments, and never keeps a rider waiting past the deadline. What stayed
 * unknown is taken back: the references wait in memory until the backend has noted them. A power
 * cut forgets them; then the tap's row, or its absence, tells the backend the same.
 *
 * When nobody answered several riders in a row, the next are not asked to wait: one is, after a
 * pause, or as soon as a link that was down carries a taking back again.
 */
import type { Clock, MonotonicMs, Random } from '../../device/clock.ts';
import { hex } from '../core/bytes.ts';
import type { Authoriser, PaymentLink, PaymentReply } from '../sync/authoriser.ts';
import { SyncError } from '../sync/backend.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { Failure, Report } from './runtime-event.ts';

export interface AuthoriserDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly link: PaymentLink;
  readonly report: Report;
}

export interface RunningAuthoriser extends Authoriser {
  /** Payments that are still to be taken back. */
  readonly waiting: number;
  /** Takes back what is to be taken back, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** So many riders in a row wait in vain; the next are judged without an answer at once. */
export const unansweredMax = 3;
/** Then, one rider in this time waits and finds out whether somebody answers again. */
export const pauseMs = 30_000;
/** At this length the oldest is forgotten: its tap's row tells the backend, or has already. */
export const takeBacksMax = 1_000;
const takeBackTimeoutMs = 10_000;
const takeBackBackoff = { baseMs: 1_000, capMs: 60_000 };

export function createAuthoriser(deps: AuthoriserDeps): RunningAuthoriser {
  const { clock, link } = deps;
  const circuit = createCircuit(deps);
  const takeBacks = new Map<string, Uint8Array>();
  let wake = () => {};

  function takeBack(reference: Uint8Array): void {
    const [oldest] = takeBacks.keys();
    if (takeBacks.size >= takeBacksMax && oldest !== undefined) takeBacks.delete(oldest);
    takeBacks.set(hex(reference), reference);
    wake();
  }

  /** @returns what went wrong; undefined when all is taken back. */
  async function takeBackAll(signal: AbortSignal): Promise<SyncError | undefined> {
    for (const [name, reference] of takeBacks) {
      if (signal.aborted) return undefined;
      const failure = await withinTime(reference, signal);
      circuit.linkWas(failure === undefined);
      if (failure !== undefined) return failure;
      takeBacks.delete(name);
    }
    return undefined;
  }

  async function withinTime(
    reference: Uint8Array,
    signal: AbortSignal,
  ): Promise<SyncError | undefined> {
    const taking = (until: AbortSignal) => link.takeBack(reference, until);
    const done = await raced(clock, { ms: takeBackTimeoutMs, signal }, taking);
    return done instanceof SyncError ? done : undefined;
  }

  return {
    get waiting() {
      return takeBacks.size;
    },
    takeBack,
    async authorise(request, deadlineMs) {
      if (!circuit.isClosed()) return undefined;
      const paying = (signal: AbortSignal) => link.pay(request, deadlineMs, signal);
      const reply = await raced(clock, { ms: deadlineMs }, paying);
      if (reply instanceof SyncError) {
        takeBack(request.reference);
        circuit.unanswered(reply);
        return 'no-answer';
      }
      return judged(reply);
    },
    async run(signal) {
      let failures = 0;
      while (!signal.aborted) {
        if (takeBacks.size === 0) await somethingToTakeBack(signal);
        const failure = await takeBackAll(signal);
        failures = failure === undefined ? 0 : failures + 1;
        if (failures > 0) {
          await clock.sleep(retryDelayMs(failures, takeBackBackoff, deps.random.next()), signal);
        }
      }
    },
  };

  function somethingToTakeBack(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted) wake();
    });
  }

  function judged(reply: PaymentReply): 'approved' | 'declined' | 'no-answer' {
    if (reply.answer !== 'unable') {
      circuit.answered();
      return reply.answer;
    }
    const hint = 'connect a payment provider to the backend, or see its log';
    circuit.unanswered(new SyncError('sync/server-error', reply.why, hint));
    return 'no-answer';
  }
}

/** Whether it is worth a rider's time to ask. */
function createCircuit({ clock, report }: Pick<AuthoriserDeps, 'clock' | 'report'>) {
  let unanswered = 0;
  let askAgainAt: MonotonicMs = 0;
  let linkBroke = false;

  return {
    /** Past the pause it is closed for one rider, whose answer decides. */
    isClosed(): boolean {
      if (unanswered < unansweredMax) return true;
      if (clock.monotonicNow() < askAgainAt) return false;
      askAgainAt = clock.monotonicNow() + pauseMs;
      return true;
    },
    answered(): void {
      if (unanswered >= unansweredMax) report({ event: 'payments-answered' });
      unanswered = 0;
    },
    unanswered({ code, message, hint }: SyncError): void {
      unanswered += 1;
      if (unanswered < unansweredMax) return;
      askAgainAt = clock.monotonicNow() + pauseMs;
      const failure: Failure = { code, message, hint };
      if (unanswered === unansweredMax) report({ event: 'payments-unanswered', ...failure });
    },
    /** A link that held all the time says nothing of an acquirer that is silent behind it. */
    linkWas(up: boolean): void {
      if (up && linkBroke) askAgainAt = 0;
      linkBroke = !up;
    },
  };
}

/** Anything else is our own bug. */
function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  throw error;
}

/**
 * What came of it in time; a failure, or the time's end, as a value. Whatever comes later is nobody's.
 */
async function raced<T>(
  clock: Clock,
  { ms, signal }: { readonly ms: number; readonly signal?: AbortSignal },
  start: (signal: AbortSignal) => Promise<T>,
): Promise<T | SyncError> {
  const over = new AbortController();
  const until = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const hint = 'the network is slow or the backend overloaded';
  const late = () => new SyncError('sync/timeout', `no answer within ${ms} ms`, hint);
  try {
    return await Promise.race([start(until).catch(asSyncError), clock.sleep(ms, until).then(late)]);
  } finally {
    over.abort();
  }
}
