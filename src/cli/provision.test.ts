import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { aTestBackend } from '../../sim/testing/test-backend.ts';
import {
  aTestDevice,
  connectDevice,
  createTestIo,
  eventually,
  fillLedger,
  startRun,
} from '../../sim/testing/test-device.ts';
import { adoptIdentity, nextKey } from '../identity/identity-files.ts';
import { drain } from './drain.ts';
import { type ProvisionOptions, provision } from './provision.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const clock = createSystemClock();
const now = clock.wallNow();
const dayMs = 24 * 60 * 60 * 1_000;
const ended = { notBefore: now - 120 * dayMs, notAfter: now - 30 * dayMs };

/** A device whose backend runs. */
async function aRig({ isNew = true } = {}) {
  const device = await aTestDevice();
  const { certificates, receiptKey, device: id } = device.workshop;
  const backend = await aTestBackend({ certificates, receiptKey });
  connectDevice(device, backend.url);
  const [cert, key] = [join(device.folder, 'device.pem'), join(device.folder, 'device.key')];
  if (isNew) for (const file of [cert, key]) rmSync(file);
  const { identities } = backend.store;
  const ask = (change: Partial<ProvisionOptions> = {}) => {
    const io = createTestIo();
    const drawn: string[] = [];
    const draw = (text: string) => drawn.push(text);
    const options = { config: device.config, note: 'H 1234 AB', wait: true, ...change };
    const deps = { io, draw, clock, random: createSystemRandom(), everyMs: 20 };
    return { io, drawn, ended: provision(options, deps) };
  };
  const approveFirst = async () => {
    await eventually(async () => expect(await identities.list()).toHaveLength(1));
    const [waiting] = await identities.list();
    expect(waiting).toMatchObject({ device: id, note: 'H 1234 AB', state: 'waiting' });
    if (waiting !== undefined) await identities.approve(waiting, { by: 'ani', at: now });
    return waiting?.fingerprint ?? '';
  };
  const pair = async (period?: typeof ended) => {
    const made = await certificates.device(id, period);
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.key);
    return made;
  };
  const isPair = () =>
    new X509Certificate(readFileSync(cert)).checkPrivateKey(createPrivateKey(readFileSync(key)));
  return { ...{ ...device, id, backend, identities, cert, key }, ask, approveFirst, pair, isPair };
}

test('makes a key, waits for approval and keeps a certificate that serves', async () => {
  const { ask, approveFirst, cert, key, config, isPair, ...device } = await aRig();
  const asked = ask();
  const fingerprint = await approveFirst();

  expect(await asked.ended).toBe(0);

  expect(asked.io.outs).toContain(`fingerprint  ${fingerprint}`);
  expect(asked.io.outs).toContain(`  halte devices approve ${device.id} ${fingerprint}`);
  expect(asked.io.outs.at(-1)).toContain(`approved: ${cert}`);
  expect(asked.drawn[0]).toContain('waiting for approval, 0 s');
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(isPair()).toBe(true);
  fillLedger({ ...device, config }, 3);
  expect(await drain({ config }, createTestIo())).toBe(0);
});

test('ends after asking with --no-wait, and fetches the certificate when it is run again', async () => {
  const { ask, approveFirst, cert, isPair } = await aRig();
  const first = ask({ wait: false, json: true });
  expect(await first.ended).toBe(0);
  expect(existsSync(cert)).toBe(false);
  const fingerprint = await approveFirst();

  const second = ask({ wait: false, json: true });

  expect(await second.ended).toBe(0);
  expect(JSON.parse(first.io.outs[0] ?? '')).toMatchObject({ fingerprint, state: 'waiting' });
  expect(JSON.parse(second.io.outs[0] ?? '')).toMatchObject({ fingerprint, state: 'issued' });
  expect(isPair()).toBe(true);
});

test('ends with 1 when it is stopped before anybody approved', async () => {
  const { ask } = await aRig();
  const asked = ask();
  await eventually(() => expect(asked.drawn).not.toEqual([]));

  asked.io.stop();

  expect(await asked.ended).toBe(1);
});

test('leaves an identity in use alone, unless it is told to make another', async () => {
  const { ask, approveFirst, pair, cert, isPair } = await aRig();
  const held = await pair();
  await expect(ask().ended).rejects.toMatchObject({ code: 'provision/has-identity' });

  const asked = ask({ again: true });
  await approveFirst();

  expect(readFileSync(cert, 'utf8')).toBe(held.cert);
  expect(await asked.ended).toBe(0);
  expect(readFileSync(cert, 'utf8')).not.toBe(held.cert);
  expect(isPair()).toBe(true);
});

test('puts nothing in the place of an identity that unsent taps stand behind', async () => {
  const { ask, pair, cert, identities, config, ...device } = await aRig();
  const held = await pair();
  fillLedger({ ...device, config }, 2);

  await expect(ask({ again: true }).ended).rejects.toMatchObject({
    code: 'provision/unsent-taps',
    message: expect.stringContaining('2 rows'),
    hint: expect.stringContaining('halte drain'),
  });
  expect(readFileSync(cert, 'utf8')).toBe(held.cert);
  expect(await identities.list()).toEqual([]);
});

test('asks anew for a device whose certificate has ended: its taps leave under the next one', async () => {
  const { ask, approveFirst, pair, config, ...device } = await aRig();
  await pair(ended);
  fillLedger({ ...device, config }, 2);
  const asked = ask();
  await approveFirst();

  expect(await asked.ended).toBe(0);
  expect(await drain({ config }, createTestIo())).toBe(0);
});

test.each([
  ['sync/unreachable', { backend: 'https://127.0.0.1:1' }],
  ['provision/bad-url', { backend: 'http://127.0.0.1' }],
  ['provision/bad-url', { backend: 'backend' }],
  ['provision/bad-note', { note: 'x'.repeat(121) }],
])('names %s when it is given %o', async (code, wrong) => {
  const { ask } = await aRig();

  await expect(ask(wrong).ended).rejects.toMatchObject({ code, hint: expect.any(String) });
});

test('names a folder that cannot be made', async () => {
  const { ask, config } = await aRig();
  const written = JSON.parse(readFileSync(config, 'utf8'));
  // Below a file there is no folder.
  const backend = { ...written.backend, key: 'halte.json/device.key' };
  writeFileSync(config, JSON.stringify({ ...written, backend }));

  await expect(ask().ended).rejects.toMatchObject({ code: 'provision/cannot-write' });
});

test('goes on with the pair that a power cut left half adopted', async () => {
  const { pair, backend, id, cert, key, config, isPair, ...device } = await aRig();
  await pair();
  const files = { cert, key };
  const next = nextKey(files);
  const made = await backend.certificates.device(id);
  writeFileSync(`${key}.next`, made.key);
  writeFileSync(cert, made.cert);
  expect(isPair()).toBe(false);
  expect(next).not.toBe(made.key);
  fillLedger({ ...device, config }, 2);

  expect(await drain({ config }, createTestIo())).toBe(0);

  expect(isPair()).toBe(true);
  expect(existsSync(`${key}.next`)).toBe(false);
});

test('adopts no certificate of another key or another name', async () => {
  const { pair, backend, id, cert, key } = await aRig();
  const held = await pair();
  const made = await backend.certificates.device('bus-9');
  nextKey({ cert, key });

  expect(adoptIdentity({ cert, key }, id, made.cert)).toBe(false);
  writeFileSync(`${key}.next`, made.key);
  expect(adoptIdentity({ cert, key }, id, made.cert)).toBe(false);
  expect(readFileSync(cert, 'utf8')).toBe(held.cert);
});

test('renews a certificate that ended while the bus was away, and sends without a restart', async () => {
  const { pair, config, isPair, ...device } = await aRig();
  await pair(ended);
  fillLedger({ ...device, config }, 3);
  const { events, stop } = startRun(config);

  await eventually(() =>
    expect(events()).toContainEqual(expect.objectContaining({ event: 'certificate-renewed' })),
  );
  await eventually(() =>
    expect(events()).toContainEqual(expect.objectContaining({ event: 'synced', unsent: 0 })),
  );

  await stop();
  expect(isPair()).toBe(true);
});

test('says that a renewal is refused, and goes on', async () => {
  const { pair, config, identities, id } = await aRig();
  await pair(ended);
  await identities.revoke({ device: id }, { by: 'ani', at: now });
  const { events, stop } = startRun(config);

  await eventually(() =>
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'renewal-failed', code: 'sync/revoked' }),
    ),
  );

  await stop();
});
