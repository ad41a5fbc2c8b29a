/** What an admin asks of the office's door itself: who has keys, and who changed what. */
import { z } from 'zod';
import { count } from '../../sync/wire.ts';
import { roles } from '../api-keys.ts';
import type { BackendStore } from '../backend-store.ts';
import { type Operation, officeOperation } from '../operation.ts';

export interface OfficeDeps {
  readonly store: BackendStore;
}

export function officeOperations(deps: OfficeDeps): readonly Operation[] {
  return [keysOperation(deps), auditOperation(deps)];
}

const keys = z.object({
  keys: z.array(
    z.object({
      name: z.string(),
      role: z.enum(roles),
      createdAt: count,
      lastUsedDay: count.nullable().meta({ description: 'days since 1970' }),
      revokedAt: count.nullable(),
    }),
  ),
});

function keysOperation({ store }: OfficeDeps): Operation {
  return officeOperation(
    {
      operationId: 'listKeys',
      method: 'GET',
      path: '/v1/keys',
      summary: 'Who has keys of the office, revoked ones too; never a key itself',
      roles: [],
      answers: { 200: { description: 'By name', schema: keys } },
    },
    async () => ({ status: 200, json: { keys: await store.apiKeys.list() } }),
  );
}

const auditPage = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  before: z.coerce.number().int().min(1).optional().meta({ description: 'number of an entry' }),
});

const entries = z.object({
  entries: z.array(
    z.object({
      number: count.meta({ description: 'from 1, without a gap' }),
      at: count,
      by: z.string(),
      action: z.string(),
      subject: z.string(),
    }),
  ),
});

function auditOperation({ store }: OfficeDeps): Operation {
  return officeOperation(
    {
      operationId: 'listAudit',
      method: 'GET',
      path: '/v1/audit',
      summary: 'Who changed what, newest first',
      query: auditPage,
      roles: [],
      answers: { 200: { description: 'A page of entries', schema: entries } },
    },
    async ({ query: { limit, before } }) => {
      return { status: 200, json: { entries: await store.audit.entries(limit, before) } };
    },
  );
}
