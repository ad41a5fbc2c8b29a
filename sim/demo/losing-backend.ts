/** The real backend over HTTPS for a workshop's device, on a port of its own, losing some replies. */
import type { Clock, Random } from '../../device/clock.ts';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import { createBackendServer } from '../../src/backend/server.ts';
import { openSqliteStore } from '../../src/backend/sql-store.ts';
import { type FailingReplies, failReplies } from '../failing-replies.ts';
import { createSimAcquirer, type SimAcquirer } from '../sim-acquirer.ts';
import type { Workshop } from './workshop.ts';

export interface LosingBackend extends AsyncDisposable {
  readonly acquirer: SimAcquirer;
  readonly url: string;
  readonly store: BackendStore;
  readonly replies: FailingReplies;
}

export interface LosingBackendOptions {
  /** The file of its database. */
  readonly database: string;
  /** Of the replies, broken off after the batch was stored; 0 to 1. */
  readonly lost: number;
}

export async function startLosingBackend(
  { receiptKey, certificates }: Workshop,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { database, lost }: LosingBackendOptions,
): Promise<LosingBackend> {
  const store = openSqliteStore(database);
  const acquirer = createSimAcquirer({ clock });
  const server = createBackendServer(
    { store, clock, receiptKey, provider: acquirer },
    { ...certificates.backend, deviceCa: certificates.ca, logLevel: 'silent' },
  );
  const replies = failReplies(server, random, { share: lost, to: '/v1/taps' });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...{ url, store, replies, acquirer },
    async [Symbol.asyncDispose]() {
      await server.close();
      await store.close();
    },
  };
}
