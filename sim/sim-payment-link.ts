/**
 * The twin of the HTTPS payment link: the real payment desk and the real store, with a network in
 * between that loses what the fault settings say. No sockets, so that a run depends on its seed alone.
 */
import type { Clock, Random } from '../device/clock.ts';
import type { Authorisations } from '../src/backend/authorisations.ts';
import { createPaymentDesk } from '../src/backend/payment-desk.ts';
import type { PaymentProvider } from '../src/backend/payment-provider.ts';
import type { AuthoriseRequest, PaymentLink, PaymentReply } from '../src/sync/authoriser.ts';
import { SyncError } from '../src/sync/backend.ts';

/** Probabilities from 0 to 1, drawn anew for each request, in this order. */
export interface PaymentFaults {
  readonly requestLost?: number;
  /** It was carried out, and the device never hears of it. */
  readonly replyLost?: number;
}

export interface SimPaymentLink extends PaymentLink {
  /** Replaces the faults from now on. */
  setFaults(faults: PaymentFaults): void;
}

export interface SimPaymentLinkDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly authorisations: Authorisations;
  /** Without one the backend says that it has none. */
  readonly provider?: PaymentProvider | undefined;
}

/** A mobile network's, there and back. */
const wayMs = 40;

/** @param device whose certificate it would show. */
export function createSimPaymentLink(deps: SimPaymentLinkDeps, device: string): SimPaymentLink {
  const { clock, random, authorisations, provider } = deps;
  const desk = provider && createPaymentDesk({ authorisations, provider, clock });
  let current: PaymentFaults = {};

  async function carried<T>(signal: AbortSignal, carryOut: () => Promise<T>): Promise<T> {
    await clock.sleep(wayMs, signal);
    if (signal.aborted || random.next() < (current.requestLost ?? 0)) throw lost();
    const answer = await carryOut();
    if (random.next() < (current.replyLost ?? 0)) throw lost();
    await clock.sleep(wayMs, signal);
    if (signal.aborted) throw lost();
    return answer;
  }

  return {
    setFaults(faults) {
      current = faults;
    },
    pay(request, deadlineMs, signal) {
      return carried(signal, async (): Promise<PaymentReply> => {
        if (desk === undefined) return { answer: 'unable', why: 'authorize/no-provider' };
        const { answer, reason } = await desk.authorise(device, wireOf(request, deadlineMs));
        if (answer === 'unknown') throw unanswered();
        return { answer, reason };
      });
    },
    takeBack: (reference, signal) =>
      carried(signal, async () => {
        await authorisations.wantVoid({ device, reference }, clock.wallNow());
      }),
  };
}

function wireOf({ amount, asked, ...request }: AuthoriseRequest, deadlineMs: number) {
  return { ...request, ...amount, ...asked, deadlineMs };
}

function lost(): SyncError {
  const hint = 'wait for the network';
  return new SyncError('sync/unreachable', 'the simulated network lost it', hint);
}

function unanswered(): SyncError {
  return new SyncError('sync/server-error', 'authorize/unknown', 'it is taken back');
}
