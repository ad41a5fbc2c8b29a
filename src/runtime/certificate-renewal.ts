/**
 * Renews the device's certificate from the middle of its life on, at a random time, so that a fleet
 * taken in on one day does not come back on one. It does not know what a certificate looks like.
 */
import type { Clock, EpochMs, Random } from '../../device/clock.ts';
import { type Backoff, retryDelayMs } from './retry-delay.ts';
import { asFailure, type Report } from './runtime-event.ts';

export interface RenewableIdentity {
  /** Of the certificate in use. */
  readonly period: { readonly notBefore: EpochMs; readonly notAfter: EpochMs };
  /** The new one is in use when it resolves. @throws SyncError */
  renew(signal: AbortSignal): Promise<void>;
}

export interface RenewalDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: RenewableIdentity;
  readonly report: Report;
}

const hourMs = 60 * 60 * 1_000;
/** The wall clock may have jumped meanwhile. */
const lookMs = hourMs;
/** With weeks left; in the last quarter of its life; and when it has ended and nothing else works. */
const calm = { baseMs: hourMs, capMs: 6 * hourMs };
const urgent = { baseMs: 60_000, capMs: 15 * 60 * 1_000 };
const ended = { baseMs: 1_000, capMs: 5 * 60 * 1_000 };

export function createCertificateRenewal(deps: RenewalDeps) {
  const { clock, random, identity, report } = deps;

  async function attempt(signal: AbortSignal): Promise<void> {
    try {
      await identity.renew(signal);
      report({ event: 'certificate-renewed', notAfter: identity.period.notAfter });
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      if (!signal.aborted) report({ event: 'renewal-failed', ...failure });
    }
  }

  return {
    async run(signal: AbortSignal): Promise<void> {
      let attempts = 0;
      while (!signal.aborted) {
        const { notBefore, notAfter } = identity.period;
        const now = clock.wallNow();
        const life = notAfter - notBefore;
        const early = notBefore + life / 2 - now;
        if (early > 0) {
          attempts = 0;
          await clock.sleep(Math.min(early, lookMs), signal);
          continue;
        }
        attempts += 1;
        const backoff = backoffWith(notAfter - now, life);
        await clock.sleep(retryDelayMs(attempts, backoff, random.next()), signal);
        if (!signal.aborted) await attempt(signal);
      }
    },
  };
}

function backoffWith(leftMs: number, lifeMs: number): Backoff {
  if (leftMs <= 0) return ended;
  return leftMs < lifeMs / 4 ? urgent : calm;
}
