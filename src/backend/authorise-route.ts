/**
 * POST /v1/authorize and /v1/authorize/void: a device asks about a payment while its rider waits,
 * and takes it back when the ride was not given. Who pays in the end is the provider's to say.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Clock } from '../../device/clock.ts';
import { decodeCbor } from '../core/crypto/cbor.ts';
import {
  type AuthoriseAnswer,
  authoriseRequest,
  type VoidAnswer,
  voidAnswer,
  voidRequest,
} from '../sync/wire-authorise.ts';
import type { BackendStore } from './backend-store.ts';
import { deviceOf } from './device-identity.ts';
import { createPaymentDesk } from './payment-desk.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { ServerError } from './server-error.ts';
import { takeBackAsWanted } from './taking-back.ts';

export interface AuthoriseRouteDeps {
  readonly store: BackendStore;
  readonly clock: Clock;
  /** Without one nothing is authorised, and devices are told so at once. */
  readonly provider?: PaymentProvider | undefined;
}

const seeProtocol = 'see /openapi.json for the protocol';

export function addAuthoriseRoutes(server: FastifyInstance, deps: AuthoriseRouteDeps): void {
  const { clock, provider } = deps;
  const { authorisations } = deps.store;
  const desk = provider && createPaymentDesk({ authorisations, provider, clock });
  // A stranger is turned away before a byte of the body is read.
  const onRequest = async (request: FastifyRequest) => void deviceOf(request);

  server.post('/v1/authorize', { onRequest }, async (request): Promise<AuthoriseAnswer> => {
    const payment = read(authoriseRequest, request.body);
    if (desk === undefined) throw noProvider();
    const { answer, reason } = await desk.authorise(deviceOf(request), payment);
    if (answer === 'unknown') throw unknownOutcome();
    return { answer, reason };
  });

  server.post('/v1/authorize/void', { onRequest }, async (request): Promise<VoidAnswer> => {
    const { reference } = read(voidRequest, request.body);
    const name = { device: deviceOf(request), reference };
    const state = await authorisations.wantVoid(name, clock.wallNow());
    const answer = voidAnswer.safeParse({ state });
    if (!answer.success) throw tapRecorded();
    return answer.data;
  });

  if (provider !== undefined) takeBackWhileListening(server, { ...deps, provider });
}

function takeBackWhileListening(
  server: FastifyInstance,
  { store, clock, provider }: Required<AuthoriseRouteDeps> & { readonly provider: PaymentProvider },
): void {
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const { authorisations } = store;
  server.addHook('onReady', async () => {
    running = takeBackAsWanted(
      {
        ...{ authorisations, provider, clock },
        report: ({ kind, device, reference }) =>
          server.log.warn({ device, reference: hexOf(reference) }, sentences[kind]),
        complain: (error) => server.log.error({ err: error }, 'payments not taken back'),
      },
      stop.signal,
    );
  });
  server.addHook('onClose', async () => {
    stop.abort();
    await running;
  });
}

const sentences = {
  'without-tap': 'authorisation without tap',
  'without-approval': 'tap without authorisation',
} as const;

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const fields = body instanceof Uint8Array ? decodeCbor(new Uint8Array(body)) : undefined;
  const result = schema.safeParse(fields instanceof Map ? Object.fromEntries(fields) : {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const message = `${issue?.path.join('.') || 'body'}: ${issue?.message}`;
  throw new ServerError(400, { code: 'sync/bad-request', message, hint: seeProtocol });
}

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
