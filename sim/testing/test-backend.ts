/** A real backend on a port of its own with a real client before it, for tests. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSystemEntropy } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import type { PaymentProvider } from '../../src/backend/payment-provider.ts';
import { type BackendServer, createBackendServer } from '../../src/backend/server.ts';
import { openSqliteStore } from '../../src/backend/sql-store.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { openAuthority } from '../../src/identity/device-authority.ts';
import type { PaymentLink } from '../../src/sync/authoriser.ts';
import type { Backend } from '../../src/sync/backend.ts';
import { createHttpsBackend, type HttpsBackendOptions } from '../../src/sync/https-backend.ts';
import { createHttpsPaymentLink } from '../../src/sync/https-payment-link.ts';
import { failReplies } from '../failing-replies.ts';
import { makeTestCertificates, type TestCertificates } from '../test-certificates.ts';
import { aFolder, testDevice } from './ledger-builders.ts';

export interface TestBackend {
  readonly url: string;
  readonly server: BackendServer;
  readonly store: BackendStore;
  /** While true, the store fails before it stores anything. */
  failing: boolean;
  /** While true, batches are stored and their answers broken off. */
  losingReplies: boolean;
  readonly certificates: TestCertificates;
  readonly receiptKey: Ed25519PrivateKey;
  /** A client with the certificate of this device. */
  client(device?: string, over?: Partial<HttpsBackendOptions>): Promise<Backend>;
  /** The same device's way to ask about payments. */
  paymentLink(over?: Partial<HttpsBackendOptions>): Promise<PaymentLink>;
}

export const testReceiptKey = ed25519PrivateKey(new Uint8Array(32).fill(5));

export interface TestBackendOptions {
  readonly certificates?: TestCertificates;
  readonly receiptKey?: Ed25519PrivateKey;
  readonly provider?: PaymentProvider;
  /** A repository that it hands out. */
  readonly targetsFolder?: string;
  /** false: it makes no certificates. */
  readonly certifies?: boolean;
}

/** Everything is closed when the test ends. */
export async function aTestBackend(options: TestBackendOptions = {}): Promise<TestBackend> {
  const clock = createSystemClock();
  const certificates = options.certificates ?? (await makeTestCertificates(clock.wallNow()));
  const { receiptKey = testReceiptKey, targetsFolder, certifies = true } = options;
  const { ca, caKey: key } = certificates;
  const entropy = createSystemEntropy();
  const authority = certifies ? await openAuthority({ entropy }, { ca, key }) : undefined;
  const store = openSqliteStore(join(aFolder(), 'backend.db'));
  onTestFinished(() => store.close());
  const state = { failing: false, losingReplies: false };
  const ingest: BackendStore['ingest'] = async (batch, receivedAt) => {
    if (state.failing) throw new Error('the disk of the backend is full');
    return store.ingest(batch, receivedAt);
  };
  const server = createBackendServer(
    {
      ...{ store: { ...store, ingest }, clock, receiptKey, targetsFolder, authority },
      provider: options.provider,
    },
    { ...certificates.backend, deviceCa: certificates.ca, logLevel: 'silent' },
  );
  failReplies(server, { next: () => (state.losingReplies ? 0 : 1) }, { share: 0.5 });
  onTestFinished(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = async (device = testDevice, over: Partial<HttpsBackendOptions> = {}) =>
    aClient({ url, ca: certificates.ca, ...(await certificates.device(device)), ...over });
  const paymentLink = async (over: Partial<HttpsBackendOptions> = {}) =>
    aPaymentLink({ url, ca: certificates.ca, ...(await certificates.device(testDevice)), ...over });
  const parts = { url, server, store, certificates, client, paymentLink, receiptKey };
  return Object.assign(state, parts);
}

export function aClient(options: HttpsBackendOptions): Backend {
  const backend = createHttpsBackend(options);
  onTestFinished(() => backend[Symbol.asyncDispose]());
  return backend;
}

export function aPaymentLink(options: HttpsBackendOptions): PaymentLink {
  const link = createHttpsPaymentLink(options);
  onTestFinished(() => link[Symbol.asyncDispose]());
  return link;
}
