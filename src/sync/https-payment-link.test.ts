import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { paymentLinkContract } from '../../sim/contracts/payment-link.ts';
import { createSimAcquirer } from '../../sim/sim-acquirer.ts';
import { makeTestCertificates } from '../../sim/test-certificates.ts';
import { aPayment, bytesOf } from '../../sim/testing/builders.ts';
import { aPaymentLink, aTestBackend } from '../../sim/testing/test-backend.ts';
import { createAuthoriser } from '../runtime/authoriser.ts';
import type { PaymentLink } from './authoriser.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

paymentLinkContract('the HTTPS payment link', async ({ hasProvider }) => {
  const clock = createSystemClock();
  const acquirer = createSimAcquirer({ clock }, { latencyMs: 5 });
  const backend = await aTestBackend(hasProvider ? { provider: acquirer } : {});
  return {
    link: await backend.paymentLink(),
    acquirer,
    authorisations: backend.store.authorisations,
    loseReplies: () => {
      backend.losingReplies = true;
    },
    elapse: () => Promise.resolve(),
  };
});

const deadlineMs = 400;
/** For a machine that has other things to do. */
const slackMs = 600;

/** An authoriser before a server that does as the listener says, with real sockets and real time. */
async function anAuthoriserBefore(listener: RequestListener, isForeign = false) {
  const clock = createSystemClock();
  const certificates = await makeTestCertificates(clock.wallNow());
  const stranger = isForeign ? await makeTestCertificates(clock.wallNow()) : certificates;
  const server = createServer(stranger.backend, listener);
  const url = await listening(server);
  const device = await certificates.device('bus-1');
  return anAuthoriser(aPaymentLink({ url, ca: certificates.ca, ...device }));
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function anAuthoriser(link: PaymentLink) {
  const clock = createSystemClock();
  const authoriser = createAuthoriser({ clock, random: { next: () => 1 }, link, report: () => {} });
  const ask = async (payment = aPayment()) => {
    const askedAt = clock.monotonicNow();
    const answer = await authoriser.authorise(payment, deadlineMs);
    return { answer, waitedMs: clock.monotonicNow() - askedAt };
  };
  return { authoriser, ask };
}

const partly = (response: ServerResponse) =>
  response.writeHead(200, { 'content-length': 1_000 }).write('{"answer":');

test.each([
  ['never answers', () => {}],
  ['sends its answer byte by byte', (_request, response) => void trickle(response)],
  ['closes the connection', (request) => void request.socket.destroy()],
  [
    'breaks off in the middle',
    (_request, response) => {
      partly(response);
      response.socket?.end();
    },
  ],
  ['stops in the middle', (_request, response) => void partly(response)],
  ['fails', (_request, response) => void response.writeHead(500).end()],
  ['is overloaded', (_request, response) => void response.writeHead(503).end('busy')],
  ['lacks the outcome', (_request, response) => void response.writeHead(504).end()],
  ['is a captive portal', (_request, response) => void response.end('<html>log in</html>')],
  ['sends it elsewhere', (_request, response) => void response.writeHead(302).end()],
  ['says something else', (_request, response) => void response.end('{"answer":"maybe"}')],
  ['has no end', (_request, response) => void response.end(Buffer.alloc(1_000_000, ' '))],
] satisfies [string, RequestListener][])(
  'ends in time, and takes the payment back, where the backend %s',
  async (_what, listener) => {
    const { ask, authoriser } = await anAuthoriserBefore(listener);

    const { answer, waitedMs } = await ask();

    expect(answer).toBe('no-answer');
    expect(waitedMs).toBeLessThan(deadlineMs + slackMs);
    expect(authoriser.waiting).toBe(1);
  },
);

/** A valid answer, of which a rider would see the end after ten seconds. */
async function trickle(response: ServerResponse): Promise<void> {
  const clock = createSystemClock();
  for (const letter of '{"answer":"approved"}'.padStart(100)) {
    if (response.destroyed) return;
    response.write(letter);
    await clock.sleep(100);
  }
}

test('ends in time before a network that swallows everything', async () => {
  const clock = createSystemClock();
  const url = await listening(createTcpServer(() => {}));
  const certificates = await makeTestCertificates(clock.wallNow());
  const device = await certificates.device('bus-1');
  const { ask } = anAuthoriser(aPaymentLink({ url, ca: certificates.ca, ...device }));

  const { answer, waitedMs } = await ask();

  expect(answer).toBe('no-answer');
  expect(waitedMs).toBeGreaterThanOrEqual(deadlineMs);
  expect(waitedMs).toBeLessThan(deadlineMs + slackMs);
});

test('does not ask a server whose certificate is of a foreign CA', async () => {
  let requests = 0;
  const { ask } = await anAuthoriserBefore(() => {
    requests += 1;
  }, true);

  expect(await ask()).toMatchObject({ answer: 'no-answer' });
  expect(requests).toBe(0);
});

test.each([400, 401, 403, 404])(
  'takes nothing back where the request was refused with %i',
  async (status) => {
    const { ask, authoriser } = await anAuthoriserBefore((_request, response) => {
      response.writeHead(status).end();
    });

    expect(await ask()).toMatchObject({ answer: 'no-answer' });
    expect(authoriser.waiting).toBe(0);
  },
);

test('does not keep one rider waiting for another’s answer', async () => {
  let asked = 0;
  const { ask } = await anAuthoriserBefore((_request, response) => {
    asked += 1;
    if (asked > 1) response.end('{"answer":"declined"}');
  });
  const first = ask();
  while (asked === 0) await createSystemClock().sleep(5);

  const second = await ask(aPayment({ reference: bytesOf('02'.repeat(16)) }));

  expect(second.answer).toBe('declined');
  expect((await first).answer).toBe('no-answer');
});
