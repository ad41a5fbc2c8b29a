/**
 * The backend without its sockets: a request in, a response out. Listeners put HTTP around it, the
 * simulator calls it as it is. It knows every operation; what they do is theirs.
 */
import { admit } from './admission.ts';
import type { BackendStore } from './backend-store.ts';
import type { CertifyingDeps } from './certifying.ts';
import type { BackendRequest, BackendResponse, Operation } from './operation.ts';
import {
  type AuthoriseDeps,
  authoriseOperations,
  takeBackWhileRunning,
} from './operations/authorise.ts';
import { devicesOperations } from './operations/devices.ts';
import { dispatchOperation } from './operations/dispatch.ts';
import { fleetOperations } from './operations/fleet.ts';
import { healthOperation } from './operations/health.ts';
import { heartbeatOperation } from './operations/heartbeat.ts';
import { identityOperations } from './operations/identity.ts';
import { officeOperations } from './operations/office.ts';
import { quarantineOperations } from './operations/quarantine.ts';
import { type TapsDeps, tapsOperation } from './operations/taps.ts';
import { targetsOperations } from './operations/targets.ts';
import { refusalOf, ServerError } from './server-error.ts';

export interface BackendServiceDeps extends TapsDeps, AuthoriseDeps, CertifyingDeps {
  readonly store: BackendStore;
  /** A repository of signed targets to hand out to devices; absent: there is none. */
  readonly targetsFolder?: string | undefined;
}

export interface BackendService {
  readonly operations: readonly Operation[];
  /** Every refusal is a response: it never rejects. */
  handle(request: BackendRequest): Promise<BackendResponse>;
  /** What goes on between requests, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** Closing the store is its owner's. */
export function createBackendService(deps: BackendServiceDeps): BackendService {
  const { targetsFolder } = deps;
  const operations = [
    tapsOperation(deps),
    ...authoriseOperations(deps),
    ...(targetsFolder === undefined ? [] : targetsOperations(targetsFolder)),
    ...officeOperations(deps),
    ...devicesOperations(deps),
    dispatchOperation(deps),
    ...fleetOperations(deps),
    ...quarantineOperations(deps),
    ...identityOperations(deps),
    heartbeatOperation(deps),
    healthOperation(deps),
  ];

  async function answered(request: BackendRequest): Promise<BackendResponse> {
    const { operation, params } = found(operations, request);
    const caller = await admit(deps, operation, request);
    const { query = new URLSearchParams(), body } = request;
    return operation.perform({ caller, params, query, body });
  }

  return {
    operations,
    async handle(request) {
      try {
        return await answered(request);
      } catch (error) {
        const { status, json, trouble } = refusalOf(error);
        if (trouble !== undefined) deps.log('error', 'request failed', { err: trouble });
        return { status, json };
      }
    },
    run: (signal) => takeBackWhileRunning(deps, signal),
  };
}

function found(operations: readonly Operation[], { door, method, path }: BackendRequest) {
  const steps = path.split('/');
  for (const operation of operations) {
    const params = paramsOf(operation.path.split('/'), steps);
    const isMeant = operation.method === method && operation.doors.includes(door);
    if (isMeant && params !== undefined) return { operation, params };
  }
  throw noSuchPath();
}

export function noSuchPath(): ServerError {
  const hint = 'see /openapi.json for what there is at this port';
  return new ServerError(404, {
    code: 'sync/no-such-path',
    message: 'there is no such path',
    hint,
  });
}

function paramsOf(pattern: readonly string[], steps: readonly string[]) {
  if (pattern.length !== steps.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const step = steps[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = step;
    else if (part !== step) return undefined;
  }
  return params;
}
