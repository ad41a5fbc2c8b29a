import { Agent, request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../../device/os/system-clock.ts';
import { createSimAcquirer } from '../../../sim/sim-acquirer.ts';
import { aPayment, bytesOf } from '../../../sim/testing/builders.ts';
import { aBatch } from '../../../sim/testing/ledger-builders.ts';
import { aTapRow } from '../../../sim/testing/row-builders.ts';
import { aTestBackend } from '../../../sim/testing/test-backend.ts';
import { type Cbor, encodeCbor } from '../../core/crypto/cbor.ts';
import { encodeRow } from '../../core/ledger/row.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const { amount, asked, ...rest } = aPayment();
const payment = { ...rest, ...amount, ...asked, deadlineMs: 400 };
const { reference } = payment;

/** A backend with an acquirer, and a caller who sends whatever a test wants. */
async function aPayingBackend() {
  const acquirer = createSimAcquirer({ clock: createSystemClock() }, { latencyMs: 5 });
  const backend = await aTestBackend({ provider: acquirer });
  const as = async (device: string | undefined) => {
    const pair = device === undefined ? {} : await backend.certificates.device(device);
    const dispatcher = new Agent({ connect: { ca: backend.certificates.ca, ...pair } });
    onTestFinished(() => dispatcher.destroy());
    return async (path: string, fields: object) => {
      const body = encodeCbor(new Map<string, Cbor>(Object.entries(fields)));
      const headers = { 'content-type': 'application/cbor' };
      const options = { method: 'POST', dispatcher, body, headers } as const;
      const answer = await request(new URL(path, backend.url), options);
      return { status: answer.statusCode, body: await answer.body.json() };
    };
  };
  return { acquirer, store: backend.store, as, post: await as('bus-1') };
}

test('answers what the acquirer says, with its reason', async () => {
  const { post, acquirer } = await aPayingBackend();
  acquirer.setBalance(payment.accountKey ?? bytesOf(''), 0);

  expect(await post('/v1/authorize', payment)).toEqual({
    status: 200,
    body: { answer: 'declined', reason: 'insufficient funds' },
  });
});

test('turns whoever has no certificate away', async () => {
  const { as, acquirer } = await aPayingBackend();
  const post = await as(undefined);

  expect(await post('/v1/authorize', payment)).toMatchObject({ status: 401 });
  expect(await post('/v1/authorize/void', { reference })).toMatchObject({ status: 401 });
  expect(acquirer.asked).toBe(0);
});

test.each([
  ['a short reference', { reference: bytesOf('01') }, /^reference: a reference has 16 bytes/],
  ['an amount below nothing', { amount: -1 }, /^amount: /],
  ['a currency in words', { currency: 'rupiah' }, /^currency: ISO 4217/],
  ['no end of waiting', { deadlineMs: 1e9 }, /^deadlineMs: /],
  ['a field nobody knows', { tip: 500 }, /^body: .*tip/],
  ['a sealed secret of any length', { sealed: new Uint8Array(5_000) }, /^sealed: a sealed secret/],
])('refuses %s', async (_what, change, message) => {
  const { post, acquirer } = await aPayingBackend();

  expect(await post('/v1/authorize', { ...payment, ...change })).toEqual({
    status: 400,
    body: expect.objectContaining({
      code: 'sync/bad-request',
      message: expect.stringMatching(message),
    }),
  });
  expect(acquirer.asked).toBe(0);
});

test('says 504 when the acquirer does not answer in the rider’s time', async () => {
  const { post, acquirer } = await aPayingBackend();
  acquirer.setBehaviour({ isSilent: true });

  expect(await post('/v1/authorize', payment)).toMatchObject({
    status: 504,
    body: { code: 'authorize/unknown' },
  });
});

test('takes nothing back for another device', async () => {
  const { post, as, store } = await aPayingBackend();
  await post('/v1/authorize', payment);

  const other = await as('bus-2');
  expect(await other('/v1/authorize/void', { reference })).toMatchObject({
    body: { state: 'voided' },
  });

  expect(await store.authorisations.toVoid(10, 0)).toEqual([]);
});

test('takes no payment back whose ride is recorded', async () => {
  const { post, store } = await aPayingBackend();
  await post('/v1/authorize', payment);
  const row = aTapRow({ basis: 'authorised', authorisation: reference });
  await store.ingest(aBatch([encodeRow(row)]), 0);

  expect(await post('/v1/authorize/void', { reference })).toMatchObject({
    status: 409,
    body: { code: 'authorize/tap-recorded' },
  });
});

test('gives the money back within seconds after a device took the payment back', async () => {
  const { post, acquirer } = await aPayingBackend();
  await post('/v1/authorize', payment);
  expect(acquirer.charges).toHaveLength(1);

  await post('/v1/authorize/void', { reference });

  await vi.waitFor(() => expect(acquirer.charges).toEqual([]), { timeout: 9_000, interval: 50 });
});
