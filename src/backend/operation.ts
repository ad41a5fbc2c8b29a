/**
 * What the backend does for whoever calls it, one value for each path and method: who may call, the
 * schemas of body and answers, and the work. Listeners, the OpenAPI document and the simulator all
 * read these; nothing here knows of sockets.
 */
import type { z } from 'zod';
import { type Body, readBody } from './read-body.ts';

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
  /** Decompressed; the listener knows its limit. */
  readonly body?: Uint8Array | undefined;
}

export interface Peer {
  /** Common name of the certificate. */
  readonly name: string;
  /** Why its chain or its time does not hold; absent: it does. */
  readonly trouble?: string | undefined;
}

export type BackendResponse =
  | { readonly status: number; readonly json: object }
  | {
      readonly status: number;
      readonly mediaType: string;
      readonly bytes: AsyncIterable<Uint8Array>;
    };

/** `anyone`: also a stranger. */
export type Caller = { readonly kind: 'anyone' } | { readonly kind: 'device'; device: string };

export interface Operation {
  readonly operationId: string;
  readonly method: 'GET' | 'POST';
  /** As in OpenAPI: `/v1/targets/files/{name}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly doors: readonly Door[];
  readonly who: Caller['kind'];
  readonly body?: Body<unknown> | undefined;
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

type Call<B> = Omit<RawCall, 'body' | 'caller'> & { readonly body: B };

type Described = Omit<Operation, 'who' | 'doors' | 'body' | 'perform'>;

/** For a device that shows its certificate: nothing in a body makes one speak for another. */
export function deviceOperation<B = undefined>(
  described: Described & { readonly body?: Body<B> },
  run: (call: Call<B> & { readonly device: string }) => Promise<BackendResponse>,
): Operation {
  return {
    ...described,
    doors: ['device'],
    who: 'device',
    async perform({ caller, body, ...call }) {
      if (caller.kind !== 'device') throw new Error('a stranger was let in');
      return run({ ...call, device: caller.device, body: bodyOf(described.body, body) });
    },
  };
}

/** For everybody. */
export function openOperation<B = undefined>(
  described: Described & { readonly doors: readonly Door[]; readonly body?: Body<B> },
  run: (call: Call<B>) => Promise<BackendResponse>,
): Operation {
  return {
    ...described,
    who: 'anyone',
    perform: async ({ body, ...call }) => run({ ...call, body: bodyOf(described.body, body) }),
  };
}

/** An operation without a body is one whose B is undefined. */
function bodyOf<B>(expected: Body<B> | undefined, body: Uint8Array | undefined): B {
  return expected === undefined ? (undefined as B) : readBody(expected, body);
}
