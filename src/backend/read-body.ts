/** A request's body and query as the fields that their schemas ask for, or a refusal that names what is wrong. */
import type { z } from 'zod';
import { decodeCbor } from '../core/crypto/cbor.ts';
import { ServerError } from './server-error.ts';

export interface Body<T> {
  readonly mediaType: 'application/cbor' | 'application/json';
  readonly schema: z.ZodType<T>;
  /** As it comes over the wire; absent: as the listener allows. */
  readonly bytesMax?: number;
}

/** @throws ServerError 400, or 413 when a list in it is longer than one request may carry. */
export function readBody<T>({ mediaType, schema }: Body<T>, body: Uint8Array | undefined): T {
  const fields = body && (mediaType === 'application/cbor' ? fromCbor(body) : fromJson(body));
  const result = schema.safeParse(fields ?? {});
  if (result.success) return result.data;
  throw refusalOf(result.error.issues[0]);
}

/** A name that comes twice counts once, with its last value. @throws ServerError 400 */
export function readQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): T {
  const result = schema.safeParse(Object.fromEntries(query));
  if (result.success) return result.data;
  throw refusalOf(result.error.issues[0]);
}

function fromCbor(body: Uint8Array): unknown {
  const fields = decodeCbor(new Uint8Array(body));
  return fields instanceof Map ? Object.fromEntries(fields) : undefined;
}

function fromJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

function refusalOf(issue: z.core.$ZodIssue | undefined): ServerError {
  const path = issue?.path.join('.') || 'body';
  if (issue?.code === 'too_big' && issue.origin === 'array') {
    return batchTooLarge(`over ${issue.maximum} ${path}`);
  }
  return notInProtocol(`${path}: ${issue?.message}`);
}

/** The device sends less at once. */
export function batchTooLarge(message: string): ServerError {
  const hint = 'send fewer rows at once';
  return new ServerError(413, { code: 'sync/batch-too-large', message, hint });
}

export function notInProtocol(message: string): ServerError {
  const hint = 'see /openapi.json for the protocol';
  return new ServerError(400, { code: 'sync/bad-request', message, hint });
}
