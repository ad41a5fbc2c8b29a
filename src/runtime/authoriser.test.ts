import { expect, onTestFinished, test } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { aPayment, someNow } from '../../sim/testing/builders.ts';
import { hex } from '../core/bytes.ts';
import type { PaymentLink, PaymentReply } from '../sync/authoriser.ts';
import { SyncError } from '../sync/backend.ts';
import { createAuthoriser, pauseMs, takeBacksMax, unansweredMax } from './authoriser.ts';
import type { RuntimeEvent } from './runtime-event.ts';

const deadlineMs = 1_500;
const never = new Promise<never>(() => {});
const broken = () => new SyncError('sync/unreachable', 'no network', 'wait for it');

/** An authoriser before a link that does as it is told; by default nothing ever answers. */
function anAuthoriser() {
  const clock = createSimClock({ wall: someNow });
  const events: RuntimeEvent[] = [];
  const takenBack: string[] = [];
  const link: { pay: PaymentLink['pay']; takeBack: PaymentLink['takeBack'] } = {
    pay: () => never,
    takeBack: async (reference) => void takenBack.push(hex(reference.subarray(0, 2))),
  };
  const authoriser = createAuthoriser({
    ...{ clock, random: { next: () => 0.5 } },
    link: {
      pay: (...args) => link.pay(...args),
      takeBack: (...args) => link.takeBack(...args),
    },
    report: (event) => void events.push(event),
  });
  const stop = new AbortController();
  const running = authoriser.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  const ask = async (rider = 1) => {
    const askedAt = clock.monotonicNow();
    const reference = Uint8Array.of(rider >> 8, rider, ...new Uint8Array(14));
    let waitedMs = Number.NaN;
    const asking = authoriser.authorise(aPayment({ reference }), deadlineMs).then((answer) => {
      waitedMs = clock.monotonicNow() - askedAt;
      return answer;
    });
    await clock.advance(deadlineMs);
    return { answer: await asking, waitedMs };
  };
  const answering = (reply: PaymentReply, afterMs = 0) => {
    link.pay = async (_request, _deadlineMs, signal) => {
      await clock.sleep(afterMs, signal);
      return reply;
    };
  };
  return { clock, events, takenBack, link, authoriser, ask, answering };
}

test.each(['approved', 'declined'] as const)('gives the answer %s when it comes', async (said) => {
  const { ask, answering, takenBack } = anAuthoriser();
  answering({ answer: said }, 200);

  expect(await ask()).toEqual({ answer: said, waitedMs: 200 });
  expect(takenBack).toEqual([]);
});

test('waits until the deadline and no longer for a network that says nothing', async () => {
  const { ask, takenBack } = anAuthoriser();

  expect(await ask()).toEqual({ answer: 'no-answer', waitedMs: deadlineMs });
  expect(takenBack).toEqual(['0001']);
});

test('aborts the request at the deadline, and takes an answer that comes later back', async () => {
  const { ask, link, clock, takenBack } = anAuthoriser();
  let wasAborted = false;
  link.pay = async (_request, _deadlineMs, signal) => {
    signal.addEventListener('abort', () => {
      wasAborted = true;
    });
    await clock.sleep(deadlineMs + 1);
    return { answer: 'approved' };
  };

  expect(await ask()).toMatchObject({ answer: 'no-answer' });
  await clock.advance(1_000);

  expect(wasAborted).toBe(true);
  expect(takenBack).toEqual(['0001']);
});

test('lets nobody wait for a network that fails at once', async () => {
  const { ask, link } = anAuthoriser();
  link.pay = () => Promise.reject(broken());

  expect(await ask()).toEqual({ answer: 'no-answer', waitedMs: 0 });
});

test('takes nothing back where the backend says that nothing is charged', async () => {
  const { ask, answering, takenBack } = anAuthoriser();
  answering({ answer: 'unable', why: 'authorize/no-provider: none' });

  expect(await ask()).toMatchObject({ answer: 'no-answer' });
  expect(takenBack).toEqual([]);
});

test('goes on taking back until the backend has noted it', async () => {
  const { ask, link, clock, authoriser, takenBack } = anAuthoriser();
  const { takeBack } = link;
  let attempts = 0;
  link.takeBack = (reference, signal) => {
    attempts += 1;
    return attempts < 5 ? Promise.reject(broken()) : takeBack(reference, signal);
  };

  await ask();
  await clock.advance(60_000);

  expect([attempts, takenBack, authoriser.waiting]).toEqual([5, ['0001'], 0]);
});

test('tries again when a taking back gets no answer at all', async () => {
  const { ask, link, clock, authoriser } = anAuthoriser();
  let attempts = 0;
  link.takeBack = () => {
    attempts += 1;
    return never;
  };

  await ask();
  await clock.advance(60_000);

  expect(attempts).toBeGreaterThan(2);
  expect(authoriser.waiting).toBe(1);
});

test('forgets the oldest when more are to be taken back than it holds', async () => {
  const { authoriser } = anAuthoriser();
  for (let rider = 0; rider <= takeBacksMax; rider += 1) {
    authoriser.takeBack(Uint8Array.of(rider >> 8, rider));
  }

  expect(authoriser.waiting).toBe(takeBacksMax);
});

test('lets no rider wait after several waited in vain, and says so once', async () => {
  const { ask, events } = anAuthoriser();
  for (let rider = 0; rider < unansweredMax; rider += 1) await ask(rider);

  expect(await ask(99)).toEqual({ answer: undefined, waitedMs: 0 });
  expect(events).toEqual([
    expect.objectContaining({ event: 'payments-unanswered', code: 'sync/timeout' }),
  ]);
});

test('has one rider find out after the pause, and asks everybody once there was an answer', async () => {
  const { ask, answering, clock, events } = anAuthoriser();
  for (let rider = 0; rider < unansweredMax; rider += 1) await ask(rider);
  await clock.advance(pauseMs);

  expect(await ask(10)).toMatchObject({ answer: 'no-answer' });
  expect(await ask(11)).toMatchObject({ answer: undefined });
  await clock.advance(pauseMs);
  answering({ answer: 'declined' });
  expect(await ask(12)).toMatchObject({ answer: 'declined' });
  expect(await ask(13)).toMatchObject({ answer: 'declined' });
  expect(events.map(({ event }) => event)).toEqual(['payments-unanswered', 'payments-answered']);
});

test('asks again at once when a link that was down comes back', async () => {
  const { ask, answering, link, clock } = anAuthoriser();
  const { takeBack } = link;
  link.takeBack = () => Promise.reject(broken());
  for (let rider = 0; rider < unansweredMax; rider += 1) await ask(rider);

  link.takeBack = takeBack;
  answering({ answer: 'approved' });
  await clock.advance(pauseMs / 3);

  expect(await ask(10)).toMatchObject({ answer: 'approved' });
});

test('does not take a link that held for a sign that the acquirer answers', async () => {
  const { ask, clock } = anAuthoriser();
  for (let rider = 0; rider < unansweredMax; rider += 1) await ask(rider);
  await clock.advance(pauseMs / 3);

  expect(await ask(10)).toMatchObject({ answer: undefined });
});
