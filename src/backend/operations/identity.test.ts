import 'reflect-metadata';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { Agent, request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../../device/os/system-clock.ts';
import { makeTestCertificates, type PemPair } from '../../../sim/test-certificates.ts';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { aBatch, someRows, testDevice } from '../../../sim/testing/ledger-builders.ts';
import { aTestBackend, type TestBackendOptions } from '../../../sim/testing/test-backend.ts';
import { type Cbor, encodeCbor } from '../../core/crypto/cbor.ts';
import { makeRequest } from '../../identity/certificate-request.ts';
import { graceMs } from './identity.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const dayMs = 24 * 60 * 60 * 1_000;
const now = createSystemClock().wallNow();
/** A whole life that ended so long ago. */
const endedBefore = (ms: number) => ({ notBefore: now - ms - 90 * dayMs, notAfter: now - ms });

function aKey(curve = 'prime256v1'): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

async function aRig(options: TestBackendOptions = {}) {
  const backend = await aTestBackend(options);
  const { identities } = backend.store;
  const post = async (path: string, fields: object, pair?: PemPair) => {
    const dispatcher = new Agent({ connect: { ca: backend.certificates.ca, ...pair } });
    onTestFinished(() => dispatcher.destroy());
    const body = encodeCbor(new Map<string, Cbor>(Object.entries(fields)));
    const headers = { 'content-type': 'application/cbor' };
    const sent = { method: 'POST', dispatcher, headers, body } as const;
    const answer = await request(new URL(path, backend.url), sent);
    return { status: answer.statusCode, body: (await answer.body.json()) as Answer };
  };
  const enrol = async (key: string, device = testDevice) =>
    post('/v1/enrol', { device, csr: await makeRequest(device, key), note: 'H 1234 AB' });
  const renew = async (pair: PemPair, key = pair.key, device = testDevice) =>
    post('/v1/renew', { csr: await makeRequest(device, key) }, pair);
  const approve = (fingerprint: string) =>
    identities.approve({ device: testDevice, fingerprint }, { by: 'ani', at: now });
  /** A device that came the whole way. */
  const anEnrolled = async (): Promise<PemPair> => {
    const key = aKey();
    await approve((await enrol(key)).body.fingerprint);
    return { key, cert: (await enrol(key)).body.certificate };
  };
  const aCertificate = backend.certificates.device;
  return { ...{ backend, identities, post, enrol, renew, approve, anEnrolled, aCertificate } };
}

interface Answer {
  readonly state: string;
  readonly fingerprint: string;
  readonly certificate: string;
  readonly code: string;
}

test('gives a stranger a certificate once an admin has approved the key', async () => {
  const { backend, enrol, approve } = await aRig();
  const key = aKey();

  const waiting = await enrol(key);
  expect(waiting).toMatchObject({ status: 202, body: { state: 'waiting' } });
  expect(waiting.body.fingerprint).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(await approve(waiting.body.fingerprint)).toBe(true);
  const issued = await enrol(key);

  expect(issued).toMatchObject({ status: 200, body: { state: 'issued' } });
  const cert = issued.body.certificate;
  const client = await backend.client(testDevice, { cert, key });
  const reply = await client.uploadTaps(aBatch(someRows(2)), new AbortController().signal);
  expect(reply.kind).toBe('durable');
});

test('makes certificates of 90 days for a client, with a random serial number', async () => {
  const { anEnrolled, backend } = await aRig();

  const certificate = new X509Certificate((await anEnrolled()).cert);

  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  expect(until - from).toBeLessThanOrEqual(90 * dayMs + 60 * 60 * 1_000);
  expect(from).toBeLessThanOrEqual(createSystemClock().wallNow() - 59 * 60 * 1_000);
  expect(certificate).toMatchObject({
    subject: `CN=${testDevice}`,
    keyUsage: ['1.3.6.1.5.5.7.3.2'],
    ca: false,
    serialNumber: expect.stringMatching(/^[4-7][0-9A-F]{31}$/),
  });
  expect(certificate.verify(new X509Certificate(backend.certificates.ca).publicKey)).toBe(true);
});

test('gives the same certificate again to who asks again', async () => {
  const { enrol, approve } = await aRig();
  const key = aKey();
  await approve((await enrol(key)).body.fingerprint);

  const both = await Promise.all([enrol(key), enrol(key)]);

  expect(both[0]).toEqual(both[1]);
  expect(await enrol(key)).toEqual(both[0]);
});

test('takes a key approved ahead at once', async () => {
  const { enrol, identities } = await aRig();
  const key = aKey();
  const { fingerprint } = (await enrol(key, 'somewhere-else')).body;
  await identities.approve(
    { device: testDevice, fingerprint },
    { by: 'ani', at: now },
    { ahead: true },
  );

  expect(await enrol(key)).toMatchObject({ status: 200 });
  expect(await enrol(key, 'somewhere-else')).toMatchObject({ status: 202 });
});

test('keeps a second key waiting beside the first, which goes on', async () => {
  const { enrol, anEnrolled, renew } = await aRig();
  const first = await anEnrolled();

  expect(await enrol(aKey())).toMatchObject({ status: 202 });
  expect(await renew(first)).toMatchObject({ status: 200 });
});

const anyBytes = bytesOf('3082010a');

const ours = () => makeRequest(testDevice, aKey());

/** The key that it asks for, without the secret. */
async function altered(): Promise<Uint8Array> {
  const csr = await ours();
  const last = csr.length - 1;
  return csr.with(last, (csr[last] ?? 0) ^ 1);
}

async function ofCurve(namedCurve: string): Promise<Uint8Array> {
  const algorithm = { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const name = [{ CN: [testDevice] }];
  const request = await Pkcs10CertificateRequestGenerator.create({
    ...{ name, keys, signingAlgorithm: algorithm },
  });
  return new Uint8Array(request.rawData);
}

test.each([
  ['another DER value', async () => bytesOf('300401020304'), /not a PKCS#10/],
  ['another curve', () => ofCurve('P-384'), /not of P-256/],
  ['another device', () => makeRequest('bus-9', aKey()), /not CN=bus-1 alone/],
  ['a broken signature', altered, /signature/],
  ['bytes behind it', async () => Buffer.concat([await ours(), anyBytes]), /DER|PKCS/],
])('refuses a request of %s', async (_what, csr, why) => {
  const { post, identities } = await aRig();

  const answer = await post('/v1/enrol', { device: testDevice, csr: new Uint8Array(await csr()) });

  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'enrol/bad-request', message: expect.stringMatching(why) },
  });
  expect(await identities.list()).toEqual([]);
});

test('refuses a body that is larger than any request', async () => {
  const { post } = await aRig();

  const csr = new Uint8Array(4_000);

  expect(await post('/v1/enrol', { device: testDevice, csr })).toMatchObject({ status: 413 });
  expect(
    await post('/v1/enrol', { device: testDevice, csr: csr.subarray(0, 1_500) }),
  ).toMatchObject({ status: 400 });
});

test('makes no certificates without the key of the CA', async () => {
  const { enrol, renew, aCertificate } = await aRig({ certifies: false });
  const refused = { status: 503, body: { code: 'enrol/no-authority' } };

  expect(await enrol(aKey())).toMatchObject(refused);
  expect(await renew(await aCertificate(testDevice))).toMatchObject(refused);
});

test('renews for the same key or the next', async () => {
  const { anEnrolled, renew } = await aRig();
  const current = await anEnrolled();
  const next = aKey();

  expect(await renew(current)).toMatchObject({ status: 200, body: { certificate: current.cert } });
  const { body } = await renew(current, next);

  expect(await renew({ key: next, cert: body.certificate })).toMatchObject({ status: 200 });
});

test('renews nobody for the name of another', async () => {
  const { anEnrolled, renew } = await aRig();

  const answer = await renew(await anEnrolled(), aKey(), 'bus-2');

  expect(answer).toMatchObject({ status: 400, body: { code: 'enrol/bad-request' } });
});

test('renews with a certificate of ours that has expired, and does nothing else with it', async () => {
  const { aCertificate, renew, post } = await aRig();
  const pair = await aCertificate(testDevice, endedBefore(30 * dayMs));

  expect(await post('/v1/taps', {}, pair)).toMatchObject({ status: 401 });
  const { status, body } = await renew(pair);

  expect(status).toBe(200);
  const renewed = { key: pair.key, cert: body.certificate };
  expect(await post('/v1/taps', {}, renewed)).toMatchObject({ status: 400 });
});

test.each([
  ['of ours, beyond the grace', graceMs + dayMs, undefined],
  ['of a foreign CA with the same names', 30 * dayMs, () => makeTestCertificates(now)],
])('refuses to renew with an expired certificate %s', async (_what, agoMs, foreign) => {
  const { backend, renew } = await aRig();
  const { device } = (await foreign?.()) ?? backend.certificates;
  const pair = await device(testDevice, endedBefore(agoMs));

  expect(await renew(pair)).toMatchObject({
    status: 401,
    body: { code: 'sync/unknown-device', message: expect.stringContaining('CERT_HAS_EXPIRED') },
  });
});

test('refuses to renew with a certificate that is not yet valid', async () => {
  const { aCertificate, renew } = await aRig();
  const pair = await aCertificate(testDevice, {
    notBefore: now + dayMs,
    notAfter: now + 90 * dayMs,
  });

  expect(await renew(pair)).toMatchObject({ status: 401 });
});

test('refuses a server’s certificate of our CA, expired or not, as a device', async () => {
  const { backend, renew } = await aRig();

  expect(await renew(backend.certificates.backend)).toMatchObject({ status: 401 });
});

test('refuses a revoked device at every endpoint at once, and keeps its ledger', async () => {
  const { backend, anEnrolled, renew, post, identities } = await aRig();
  const pair = await anEnrolled();
  const client = await backend.client(testDevice, pair);
  await client.uploadTaps(aBatch(someRows(2)), new AbortController().signal);
  await identities.revoke({ device: testDevice }, { by: 'ani', at: now });

  const refused = { status: 403, body: { code: 'sync/revoked' } };
  expect(await renew(pair)).toMatchObject(refused);
  for (const path of ['/v1/taps', '/v1/authorize', '/v1/authorize/void']) {
    expect(await post(path, {}, pair)).toMatchObject(refused);
  }
  const upload = client.uploadTaps(aBatch(someRows(2)), new AbortController().signal);
  await expect(upload).rejects.toMatchObject({ code: 'sync/revoked' });
  expect(await backend.store.summary(testDevice)).toMatchObject({ rows: 2 });
});

test('refuses to renew with an expired certificate that was revoked', async () => {
  const { aCertificate, renew, identities } = await aRig();
  const pair = await aCertificate(testDevice, endedBefore(30 * dayMs));
  const serial = new X509Certificate(pair.cert).serialNumber.toLowerCase();
  await identities.revoke({ device: testDevice, serial }, { by: 'ani', at: now });

  expect(await renew(pair)).toMatchObject({ status: 403, body: { code: 'sync/revoked' } });
});

test('takes a revoked device in again after a new approval', async () => {
  const { anEnrolled, enrol, approve, renew, identities } = await aRig();
  const pair = await anEnrolled();
  await identities.revoke({ device: testDevice }, { by: 'ani', at: now });

  const waiting = await enrol(pair.key);
  expect(waiting).toMatchObject({ status: 202 });
  await approve(waiting.body.fingerprint);

  const { certificate: cert } = (await enrol(pair.key)).body;
  expect(await renew({ key: pair.key, cert })).toMatchObject({ status: 200 });
});
