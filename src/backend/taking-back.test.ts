import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSimAcquirer } from '../../sim/sim-acquirer.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { aPayment, someNow } from '../../sim/testing/builders.ts';
import { aFolder, testDevice } from '../../sim/testing/ledger-builders.ts';
import { hex } from '../core/bytes.ts';
import { createPaymentDesk } from './payment-desk.ts';
import { openSqliteStore } from './sql-store.ts';
import { requestStaleMs, takeBackAsWanted, tapAwaitedMs } from './taking-back.ts';

const { amount, asked, ...rest } = aPayment();
const request = { ...rest, ...amount, ...asked, deadlineMs: 1_500 };
const name = { device: testDevice, reference: request.reference };

/** The backend's side of payments, with a real store and a simulated acquirer. */
function aBackend() {
  const clock = createSimClock({ wall: someNow });
  const store = openSqliteStore(join(aFolder(), 'backend.db'));
  onTestFinished(() => store.close());
  const { authorisations } = store;
  const acquirer = createSimAcquirer({ clock });
  const reported: string[] = [];
  const complaints: unknown[] = [];
  const desk = createPaymentDesk({ authorisations, provider: acquirer, clock });
  const stop = new AbortController();
  const running = takeBackAsWanted(
    {
      ...{ authorisations, provider: acquirer, clock },
      report: ({ kind, reference }) => void reported.push(`${kind} ${hex(reference).slice(0, 2)}`),
      complain: (error) => void complaints.push(error),
    },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  const authorise = async () => {
    const answer = desk.authorise(testDevice, request);
    await clock.advance(2_000);
    return (await answer).answer;
  };
  const stateOf = () => authorisations.request({ device: testDevice, ...request }, someNow);
  return { clock, authorisations, acquirer, reported, complaints, authorise, stateOf };
}

test('takes back what the acquirer charged and did not say in time', async () => {
  const { acquirer, authorise, clock, stateOf } = aBackend();
  acquirer.setBehaviour({ latencyMs: 1_600 });

  expect(await authorise()).toBe('unknown');
  expect(acquirer.charges).toHaveLength(1);
  await clock.advance(5_000);

  expect(acquirer.charges).toEqual([]);
  expect(await stateOf()).toBe('voided');
});

test('goes on until the acquirer says yes', async () => {
  const { acquirer, authorise, authorisations, clock, stateOf } = aBackend();
  expect(await authorise()).toBe('approved');
  acquirer.setBehaviour({ keepsCharges: true });
  await authorisations.wantVoid(name, someNow);

  await clock.advance(60_000);
  expect(await stateOf()).toBe('void-wanted');
  acquirer.setBehaviour({});
  await clock.advance(5_000);

  expect(acquirer.charges).toEqual([]);
  expect(await stateOf()).toBe('voided');
});

test('goes on after the acquirer failed, and says so', async () => {
  const { acquirer, authorise, authorisations, clock, complaints, stateOf } = aBackend();
  await authorise();
  const { takeBack } = acquirer;
  acquirer.takeBack = () => Promise.reject(new Error('502'));
  await authorisations.wantVoid(name, someNow);
  await clock.advance(5_000);
  acquirer.takeBack = takeBack;

  await clock.advance(5_000);

  expect(complaints).toEqual([expect.objectContaining({ message: '502' })]);
  expect(await stateOf()).toBe('voided');
});

test('takes back what a process that ended left as requested', async () => {
  const { authorisations, clock, stateOf } = aBackend();
  await authorisations.request({ device: testDevice, ...request }, someNow);

  await clock.advance(requestStaleMs);
  expect(await stateOf()).toBe('requested');
  await clock.advance(10_000);

  expect(await stateOf()).toBe('voided');
});

test('tells of an approval without a tap when a day has passed, and leaves it', async () => {
  const { authorise, clock, reported, acquirer } = aBackend();
  await authorise();

  clock.stepWall(tapAwaitedMs - 10_000);
  await clock.advance(5_000);
  expect(reported).toEqual([]);
  clock.stepWall(10_000);
  await clock.advance(5_000);

  expect(reported).toEqual(['without-tap 01']);
  expect(acquirer.charges).toHaveLength(1);
});
