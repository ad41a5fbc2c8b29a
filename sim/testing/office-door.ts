/** The office's listener of a real backend, and callers of both its doors, for tests. */
import { Agent, request } from 'undici';
import { onTestFinished } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { apiKeyHash, apiKeyText, type Role } from '../../src/backend/api-keys.ts';
import { createBackendServer } from '../../src/backend/server.ts';
import type { BackendServiceDeps } from '../../src/backend/service.ts';
import type { TestBackend } from './test-backend.ts';

export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface OfficeDoor {
  readonly url: string;
  /** A key of the role in the backend's store. */
  key(role: Role): Promise<string>;
  ask(path: string, call?: OfficeCall): Promise<Answered>;
}

export interface OfficeCall {
  readonly method?: 'GET' | 'POST';
  readonly key?: string | undefined;
  readonly json?: object;
}

/** Everything is closed when the test ends. */
export async function anOfficeDoor(
  { store, receiptKey, certificates }: TestBackend,
  parts: Partial<BackendServiceDeps> = {},
): Promise<OfficeDoor> {
  const server = createBackendServer(
    { store, receiptKey, clock: createSystemClock(), ...parts },
    { ...certificates.backend, logLevel: 'silent' },
  );
  onTestFinished(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const dispatcher = new Agent({ connect: { ca: certificates.ca } });
  onTestFinished(() => dispatcher.destroy());
  let keys = 0;
  return {
    url,
    async key(role) {
      keys += 1;
      const text = apiKeyText(new Uint8Array(32).fill(keys));
      const hash = apiKeyHash(text) ?? new Uint8Array();
      await store.apiKeys.add({ name: `${role}-${keys}`, role }, hash, { by: 'test', at: 1 });
      return text;
    },
    async ask(path, { method = 'GET', key, json } = {}) {
      const headers = {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      };
      const body = json === undefined ? null : JSON.stringify(json);
      const answer = await request(new URL(path, url), { method, dispatcher, headers, body });
      return { status: answer.statusCode, body: (await answer.body.json()) as Answered['body'] };
    },
  };
}
