/**
 * Has the provider take back what was charged for no ride, until it says yes, and tells of what does
 * not fit together. It decides nothing about a payment: the store knows which are to be taken back.
 */
import type { Clock } from '../../device/clock.ts';
import type { Authorisations, Discrepancy, PaymentName } from './authorisations.ts';
import type { PaymentProvider } from './payment-provider.ts';

export interface TakingBackDeps {
  readonly authorisations: Authorisations;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly report: (discrepancy: Discrepancy) => void;
  /** The store or the provider failed; it is tried again by itself. */
  readonly complain: (error: unknown) => void;
}

const roundMs = 5_000;
const paymentsPerRoundMax = 100;
const takeBackTimeoutMs = 10_000;
/** A request that was left for so long has nobody waiting: the process ended in between. */
export const requestStaleMs = 2 * 60_000;
/** An approval whose tap has not come for so long is told of: the bus may have been without a link. */
export const tapAwaitedMs = 24 * 60 * 60_000;

export async function takeBackAsWanted(deps: TakingBackDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await round(deps, signal);
    } catch (error) {
      deps.complain(error);
    }
    await deps.clock.sleep(roundMs, signal);
  }
}

async function round(deps: TakingBackDeps, signal: AbortSignal): Promise<void> {
  const { authorisations, clock } = deps;
  const now = clock.wallNow();
  const wanted = await authorisations.toVoid(paymentsPerRoundMax, now - requestStaleMs);
  for (const name of wanted) {
    if (signal.aborted) return;
    // One that was left as requested: from here on no late answer makes it approved.
    await authorisations.wantVoid(name, now);
    if (!(await takenBack(name, deps, signal))) return;
    await authorisations.voided(name, clock.wallNow());
  }
  for (const found of await authorisations.discrepancies(now - tapAwaitedMs, now)) {
    deps.report(found);
  }
}

async function takenBack(
  name: PaymentName,
  { provider, clock }: TakingBackDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  try {
    return await Promise.race([
      provider.takeBack(name, until),
      clock.sleep(takeBackTimeoutMs, until).then(() => false),
    ]);
  } finally {
    over.abort();
  }
}
