/**
 * POST /v1/authorize and /v1/authorize/void: a device asks about a payment while its rider waits,
 * and takes it back when the ride was not given. Who pays in the end is the provider's to say.
 */
import type { Clock } from '../../../device/clock.ts';
import { hex } from '../../core/bytes.ts';
import { wireError } from '../../sync/wire.ts';
import {
  authoriseAnswer,
  authoriseRequest,
  voidAnswer,
  voidRequest,
} from '../../sync/wire-authorise.ts';
import type { BackendLog } from '../backend-log.ts';
import type { BackendStore } from '../backend-store.ts';
import { deviceOperation, type Operation } from '../operation.ts';
import { createPaymentDesk } from '../payment-desk.ts';
import type { PaymentProvider } from '../payment-provider.ts';
import { ServerError } from '../server-error.ts';
import { takeBackAsWanted } from '../taking-back.ts';

export interface AuthoriseDeps {
  readonly store: BackendStore;
  readonly clock: Clock;
  /** Without one nothing is authorised, and devices are told so at once. */
  readonly provider?: PaymentProvider | undefined;
  readonly log: BackendLog;
}

export function authoriseOperations(deps: AuthoriseDeps): readonly Operation[] {
  return [askOperation(deps), voidOperation(deps)];
}

function askOperation({ store, clock, provider }: AuthoriseDeps): Operation {
  const { authorisations } = store;
  const desk = provider && createPaymentDesk({ authorisations, provider, clock });
  return deviceOperation(asking, async ({ device, body: payment }) => {
    if (desk === undefined) throw noProvider();
    const { answer, reason } = await desk.authorise(device, payment);
    if (answer === 'unknown') throw unknownOutcome();
    return { status: 200, json: { answer, reason } };
  });
}

const asking = {
  operationId: 'authorise',
  method: 'POST',
  path: '/v1/authorize',
  summary: 'Ask about a payment while the rider waits; idempotent by its reference',
  body: { mediaType: 'application/cbor', schema: authoriseRequest },
  answers: {
    200: { description: 'What the payment provider said', schema: authoriseAnswer },
    503: {
      description: '`authorize/no-provider`, or not stored: nothing is charged',
      schema: wireError,
    },
    504: { description: '`authorize/unknown`: it is taken back', schema: wireError },
  },
} as const;

function voidOperation({ store: { authorisations }, clock }: AuthoriseDeps): Operation {
  return deviceOperation(voiding, async ({ device, body: { reference } }) => {
    const state = await authorisations.wantVoid({ device, reference }, clock.wallNow());
    const answer = voidAnswer.safeParse({ state });
    if (!answer.success) throw tapRecorded();
    return { status: 200, json: answer.data };
  });
}

const voiding = {
  operationId: 'voidAuthorisation',
  method: 'POST',
  path: '/v1/authorize/void',
  summary: 'Take a payment back, or forbid one that has not come; idempotent',
  body: { mediaType: 'application/cbor', schema: voidRequest },
  answers: {
    200: { description: 'Nothing stays charged', schema: voidAnswer },
    409: { description: '`authorize/tap-recorded`: the payment stands', schema: wireError },
    503: { description: 'Not stored: try again', schema: wireError },
  },
} as const;

/** Resolves when the signal aborts. */
export async function takeBackWhileRunning(
  deps: AuthoriseDeps,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, provider, log } = deps;
  if (provider === undefined) return;
  await takeBackAsWanted(
    {
      ...{ authorisations: store.authorisations, provider, clock },
      report: ({ kind, device, reference }) =>
        log('warn', sentences[kind], { device, reference: hex(reference) }),
      complain: (error) => log('error', 'payments not taken back', { err: error }),
    },
    signal,
  );
}

const sentences = {
  'without-tap': 'authorisation without tap',
  'without-approval': 'tap without authorisation',
} as const;

function noProvider(): ServerError {
  return new ServerError(503, {
    code: 'authorize/no-provider',
    message: 'this backend has no payment provider',
    hint: 'the device decides by its offline policy: docs/authorisation.md',
  });
}

function unknownOutcome(): ServerError {
  return new ServerError(504, {
    code: 'authorize/unknown',
    message: 'the payment provider did not say in time whether it is charged',
    hint: 'it is taken back; the device decides by its offline policy',
  });
}

function tapRecorded(): ServerError {
  return new ServerError(409, {
    code: 'authorize/tap-recorded',
    message: 'a tap that rests on this payment is recorded',
    hint: 'the payment stands; a ride is paid back in the office',
  });
}
