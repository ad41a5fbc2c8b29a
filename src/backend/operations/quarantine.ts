/**
 * GET and POST /v1/quarantine…: rows that contradict what is held, as a cloned or restored disk
 * writes them. Inspectors read them; that somebody has looked is an admin's to say.
 */
import { z } from 'zod';
import type { Clock } from '../../../device/clock.ts';
import { hex } from '../../core/bytes.ts';
import { decodeRow } from '../../core/ledger/row.ts';
import { count, wireError } from '../../sync/wire.ts';
import type { BackendStore } from '../backend-store.ts';
import { type Operation, officeOperation } from '../operation.ts';
import type { ForkName, QuarantinedRow } from '../quarantine.ts';
import { ServerError } from '../server-error.ts';

export interface QuarantineDeps {
  readonly store: BackendStore;
  readonly clock: Clock;
}

/** In characters; it stands in the audit. */
const noteMax = 500;
const bodyBytesMax = 4_096;

export function quarantineOperations(deps: QuarantineDeps): readonly Operation[] {
  return [forksOperation(deps), rowsOperation(deps), lookOperation(deps)];
}

const limit = z.coerce.number().int().min(1).max(500).default(100);
const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const forksPage = z.object({
  limit,
  afterDevice: z.string().max(64).default('').meta({ description: 'of the last fork had' }),
  afterEpoch: place.default(0),
});

const forks = z.object({
  forks: z.array(
    z.object({
      device: z.string(),
      epoch: count,
      fromSeq: count,
      throughSeq: count,
      rows: count,
      firstSeenAt: count,
      lastSeenAt: count,
      rowsLookedAt: count.nullable().meta({ description: 'fewer than rows: look again' }),
      lookedAt: count.nullable(),
      lookedBy: z.string().nullable(),
      note: z.string().nullable(),
    }),
  ),
});

function forksOperation({ store: { quarantine } }: QuarantineDeps): Operation {
  return officeOperation(
    {
      operationId: 'listForks',
      method: 'GET',
      path: '/v1/quarantine',
      summary: 'Epochs of which rows came that contradict what is held',
      roles: ['inspector'],
      query: forksPage,
      answers: { 200: { description: 'By device and epoch', schema: forks } },
    },
    async ({ query: { limit, afterDevice: device, afterEpoch: epoch } }) => {
      return { status: 200, json: { forks: await quarantine.forks(limit, { device, epoch }) } };
    },
  );
}

const rowsPage = z.object({
  limit,
  afterSeq: place.default(0).meta({ description: 'of the last row had' }),
  afterHash: z
    .string()
    .regex(/^([0-9a-f]{64})?$/)
    .default(''),
});

const hash = z.string().meta({ description: 'SHA-256, hexadecimal' });

const rows = z.object({
  rows: z.array(
    z.object({
      seq: count,
      hash,
      prevHash: hash,
      seenAt: count,
      row: z.record(z.string(), z.unknown()).nullable().meta({
        description: 'bytes are hexadecimal, secrets sealed; null: this version cannot read it',
      }),
      unreadable: z.string().optional().meta({ description: 'the bytes of such a row' }),
    }),
  ),
});

const missing = { description: 'There is no such fork', schema: wireError } as const;

function rowsOperation({ store: { quarantine } }: QuarantineDeps): Operation {
  return officeOperation(
    {
      operationId: 'listForkedRows',
      method: 'GET',
      path: '/v1/quarantine/{device}/{epoch}',
      summary: 'Its rows: where branches part, several have one seq',
      roles: ['inspector'],
      query: rowsPage,
      answers: { 200: { description: 'By seq and hash', schema: rows }, 404: missing },
    },
    async ({ params, query: { limit, afterSeq: seq, afterHash } }) => {
      const fork = forkIn(params);
      const after = { seq, hash: Uint8Array.from(Buffer.from(afterHash, 'hex')) };
      const found = await quarantine.rows(fork, limit, after);
      if (found.length === 0 && seq === 0) throw noSuchFork();
      return { status: 200, json: { rows: found.map(shown) } };
    },
  );
}

function shown({ seq, hash, prevHash, seenAt, payload }: QuarantinedRow) {
  const named = { seq, hash: hex(hash), prevHash: hex(prevHash), seenAt };
  const row = decodeRow(payload);
  if (row === undefined) return { ...named, row: null, unreadable: hex(payload) };
  const fields = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? hex(value) : value,
  ]);
  return { ...named, row: Object.fromEntries(fields) };
}

const lookBody = z.strictObject({
  rows: count.min(1).meta({ description: 'as the list showed them' }),
  note: z.string().trim().min(1).max(noteMax),
});

function lookOperation({ store: { quarantine }, clock }: QuarantineDeps): Operation {
  return officeOperation(
    {
      operationId: 'markForkLookedAt',
      method: 'POST',
      path: '/v1/quarantine/{device}/{epoch}/looked-at',
      summary: 'Say that its rows were looked at; no row changes',
      roles: [],
      body: { mediaType: 'application/json', schema: lookBody, bytesMax: bodyBytesMax },
      answers: {
        200: { description: 'Noted, and in the audit', schema: z.object({}) },
        404: missing,
      },
    },
    async ({ params, body, holder }) => {
      const by = { by: `key:${holder.name}`, at: clock.wallNow() };
      if (!(await quarantine.markLookedAt(forkIn(params), body, by))) throw noSuchFork();
      return { status: 200, json: {} };
    },
  );
}

/** @throws ServerError 404 */
function forkIn({ device = '', epoch: text }: Readonly<Record<string, string>>): ForkName {
  const epoch = place.safeParse(text);
  if (!epoch.success) throw noSuchFork();
  return { device, epoch: epoch.data };
}

function noSuchFork(): ServerError {
  return new ServerError(404, {
    code: 'office/no-such-fork',
    message: 'nothing of this device and epoch is in quarantine',
    hint: 'GET /v1/quarantine lists what is',
  });
}
