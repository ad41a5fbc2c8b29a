/** The backend's storage as a port: SQLite for one machine, PostgreSQL when that is not enough. */
import type { UploadRequest } from '../sync/wire.ts';
import type { LedgerTip } from './ingest-plan.ts';

export type IngestResult =
  /** Everything up to the batch's last row is durable. */
  | { readonly kind: 'durable'; readonly ledger: LedgerTip }
  /** The batch's rows from some seq on are durable in quarantine, up to this branch tip. */
  | { readonly kind: 'fork'; readonly branch: LedgerTip; readonly expectedSeq: number }
  | { readonly kind: 'gap'; readonly expectedSeq: number };

/** What the backend holds of one device. */
export interface DeviceSummary {
  readonly rows: number;
  readonly accepted: number;
  readonly refused: number;
  readonly retries: number;
  /** Sum of accepted fares in minor units, by currency. */
  readonly amounts: Readonly<Record<string, number>>;
  /** Rows of a branch that contradicts the ledger. */
  readonly forked: number;
  /** Rows of the ledger whose bytes this version cannot read: kept, receipted, to be looked at. */
  readonly undigested: number;
}

export interface BackendStore {
  /** One transaction, durable when it resolves. Idempotent. */
  ingest(batch: UploadRequest, receivedAt: number): Promise<IngestResult>;
  summary(device: string): Promise<DeviceSummary>;
  close(): Promise<void>;
}
