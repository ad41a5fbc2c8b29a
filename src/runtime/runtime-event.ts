/** What the runtime reports of itself, as data: whoever runs it decides how it is written down. */

export type RuntimeEvent =
  | {
      readonly event: 'ready';
      readonly device: string;
      readonly epoch: number;
      readonly seq: number;
    }
  | ({ readonly event: 'reader-failed'; readonly reader: string } & Failure)
  | { readonly event: 'synced'; readonly throughSeq: number; readonly unsent: number }
  | ({ readonly event: 'sync-failed'; readonly unsent: number } & Failure)
  | { readonly event: 'fork'; readonly epoch: number; readonly newEpoch: number }
  /** Cards are refused for want of a key, or because the key store fails. */
  | { readonly event: 'card-key-missing'; readonly detail: string }
  /** Nobody answered several payments in a row: the next are judged without asking. */
  | ({ readonly event: 'payments-unanswered' } & Failure)
  | { readonly event: 'payments-answered' }
  | { readonly event: 'clock-step'; readonly stepMs: number }
  | ({ readonly event: 'out-of-service' } & Failure);

/** A code for programs, a sentence for people and what to do next. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type Report = (event: RuntimeEvent) => void;

/** Names a failure of the world; what has no code is our own bug and must not be named away. */
export function asFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  if (typeof code !== 'string' || typeof hint !== 'string') return undefined;
  return { code, message: error.message, hint };
}
