/**
 * What the backend does for whoever calls it, one value for each path and method: who may call, the
 * schemas of body and answers, and the work. Listeners, the OpenAPI document and the simulator all
 * read these; nothing here knows of sockets.
 */
import type { z } from 'zod';
import type { ShownCertificate } from '../identity/shown-certificate.ts';
import type { KeyHolder, Role } from './api-keys.ts';
import { type Body, readBody, readQuery } from './read-body.ts';

/** Devices and people come in by different listeners: only one of them asks for certificates. */
export type Door = 'device' | 'office';

export interface BackendRequest {
  readonly door: Door;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query?: URLSearchParams | undefined;
  /** Who TLS says is calling; absent: no certificate was shown. */
  readonly peer?: Peer | undefined;
  /** The header of that name. */
  readonly authorization?: string | undefined;
  /** Decompressed; the listener knows its limit. */
  readonly body?: Uint8Array | undefined;
}

export interface Peer {
  /** Common name of the certificate. */
  readonly name: string;
  /** Why its chain or its time does not hold; absent: it does. */
  readonly trouble?: string | undefined;
  readonly certificate: ShownCertificate;
}

export type BackendResponse =
  | { readonly status: number; readonly json: object }
  | {
      readonly status: number;
      readonly mediaType: string;
      readonly bytes: AsyncIterable<Uint8Array>;
    };

/** `anyone`: also a stranger. */
export type Caller =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'device'; readonly device: string; readonly certificate: ShownCertificate }
  | { readonly kind: 'office'; readonly holder: KeyHolder };

export interface Operation {
  readonly operationId: string;
  readonly method: 'GET' | 'POST';
  /** As in OpenAPI: `/v1/targets/files/{name}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly doors: readonly Door[];
  readonly who: Caller['kind'];
  /** Whose keys serve; absent: no key is asked for. */
  readonly roles?: readonly Role[];
  /** How long after its end a device's certificate still serves for this; absent: not at all. */
  readonly graceMs?: number;
  readonly body?: Body<unknown> | undefined;
  /** An object whose fields are read from the query. */
  readonly query?: z.ZodType | undefined;
  /** By status. Refusals that every operation may give are not listed. */
  readonly answers: Readonly<Record<number, Answer>>;
  perform(call: RawCall): Promise<BackendResponse>;
}

export type Answer =
  | { readonly description: string; readonly schema: z.ZodType }
  | { readonly description: string; readonly mediaType: string };

interface RawCall {
  readonly caller: Caller;
  /** Of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array | undefined;
}

interface Call<B, Q> extends Pick<RawCall, 'params'> {
  readonly body: B;
  readonly query: Q;
}

/** An operation without a body is one whose B is undefined; the query likewise. */
interface Described<B, Q>
  extends Omit<Operation, 'who' | 'doors' | 'roles' | 'body' | 'query' | 'perform'> {
  readonly body?: Body<B>;
  readonly query?: z.ZodType<Q>;
}

type DeviceCaller = Omit<Extract<Caller, { kind: 'device' }>, 'kind'>;

/** For a device that shows its certificate: nothing in a body makes one speak for another. */
export function deviceOperation<B = undefined, Q = undefined>(
  described: Described<B, Q>,
  run: (call: Call<B, Q> & DeviceCaller) => Promise<BackendResponse>,
): Operation {
  return {
    ...described,
    doors: ['device'],
    who: 'device',
    async perform({ caller, ...raw }) {
      if (caller.kind !== 'device') throw new Error('a stranger was let in');
      const { device, certificate } = caller;
      return run({ ...callOf(described, raw), device, certificate });
    },
  };
}

/** For people and their programs, by the role of their key; an admin's serves for everything. */
export function officeOperation<B = undefined, Q = undefined>(
  described: Described<B, Q> & { readonly roles: readonly Role[] },
  run: (call: Call<B, Q> & { readonly holder: KeyHolder }) => Promise<BackendResponse>,
): Operation {
  return {
    ...described,
    doors: ['office'],
    who: 'office',
    async perform({ caller, ...raw }) {
      if (caller.kind !== 'office') throw new Error('a stranger was let in');
      return run({ ...callOf(described, raw), holder: caller.holder });
    },
  };
}

/** For everybody. */
export function openOperation<B = undefined, Q = undefined>(
  described: Described<B, Q> & { readonly doors: readonly Door[] },
  run: (call: Call<B, Q>) => Promise<BackendResponse>,
): Operation {
  return {
    ...described,
    who: 'anyone',
    perform: async (raw) => run(callOf(described, raw)),
  };
}

function callOf<B, Q>({ body, query }: Described<B, Q>, raw: Omit<RawCall, 'caller'>): Call<B, Q> {
  return {
    params: raw.params,
    body: body === undefined ? (undefined as B) : readBody(body, raw.body),
    query: query === undefined ? (undefined as Q) : readQuery(query, raw.query),
  };
}
