/**
 * Work that would keep riders waiting, done in a thread of its own: a rule bundle takes half a second
 * to read, a security list half a minute to install. What fails there is thrown here, by its code.
 */
import { Worker } from 'node:worker_threads';
import type { RulesAndTimetable } from '../bundle/read-rules.ts';
import type { Installed } from '../store/security-list-install.ts';
import type { ListPlace } from '../store/security-list-store.ts';
import type { Failure } from './runtime-event.ts';

export type ThreadWork =
  | {
      readonly work: 'read-rules';
      readonly path: string;
      /** Of the file, lower-case hexadecimal; absent: a folder, or checked already. */
      readonly sha256?: string | undefined;
    }
  | { readonly work: 'install-list'; readonly path: string; readonly place: ListPlace };

export type ThreadResult =
  | { readonly done: RulesAndTimetable | Installed }
  | { readonly failed: Partial<Failure> & { readonly message: string } };

/** What failed in the thread. */
class ThreadError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor({ code, message, hint }: Partial<Failure> & { readonly message: string }) {
    super(message);
    this.name = 'ThreadError';
    this.code = code ?? 'targets/not-accepted';
    this.hint = hint ?? 'publish it anew; what was in force stays in force';
  }
}

/** @throws ThreadError with the code of BundleError, `targets/mismatch` when the bytes are others. */
export function readRulesInThread(path: string, sha256?: string): Promise<RulesAndTimetable> {
  return inThread({ work: 'read-rules', path, sha256 }) as Promise<RulesAndTimetable>;
}

/** @throws ThreadError with the code of ListError. */
export function installListInThread(
  path: string,
  place: ListPlace,
  signal?: AbortSignal,
): Promise<Installed> {
  return inThread({ work: 'install-list', path, place }, signal) as Promise<Installed>;
}

/** Ended by the signal as by a power cut: whatever is done there may be cut anywhere. */
async function inThread(
  work: ThreadWork,
  signal?: AbortSignal,
): Promise<RulesAndTimetable | Installed> {
  const worker = new Worker(new URL('./work-thread-main.ts', import.meta.url), {
    workerData: work,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const end = () => void worker.terminate();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    const result = await resultOf(worker);
    if ('done' in result) return result.done;
    throw new ThreadError(result.failed);
  } finally {
    signal?.removeEventListener('abort', end);
    await worker.terminate();
  }
}

function resultOf(worker: Worker): Promise<ThreadResult> {
  return new Promise((resolve) => {
    worker.once('message', (result: ThreadResult) => resolve(result));
    worker.once('error', ({ message }) => resolve({ failed: { message } }));
    worker.once('exit', () =>
      resolve({ failed: { code: 'lists/stopped', message: 'it was told to stop' } }),
    );
  });
}
