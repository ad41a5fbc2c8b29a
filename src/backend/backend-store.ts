/** The backend's storage as a port: SQLite for one machine, PostgreSQL when that is not enough. */
import type { EpochGrant } from '../core/ledger/epoch-grant.ts';
import type { Row, RowKind } from '../core/ledger/row.ts';
import type { UploadRequest } from '../sync/wire.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Audit } from './audit.ts';
import type { Authorisations } from './authorisations.ts';
import type { DevicesHealth } from './device-health.ts';
import type { DispatchOrders } from './dispatch-orders.ts';
import type { SpareWanted } from './epoch-grant-scripts.ts';
import type { FleetView } from './fleet-view.ts';
import type { DeviceIdentities } from './identities.ts';
import type { LedgerTip } from './ingest-plan.ts';
import type { Quarantine } from './quarantine.ts';

export type IngestResult =
  /**
   * Everything up to the batch's last row is durable. Forked: epochs of which it tells rows that
   * contradict what is held; they are in quarantine.
   */
  | {
      readonly kind: 'durable';
      readonly ledger: LedgerTip;
      readonly forkedEpochs?: readonly number[];
    }
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
  /** Rows that the device says are lost, and that did not come in any other way. */
  readonly missing: number;
}

/** A row of one of some kinds, at its place. */
export interface StoredRow<K extends RowKind> {
  readonly device: string;
  readonly epoch: number;
  readonly seq: number;
  readonly row: Extract<Row, { kind: K }>;
}

export interface BackendStore {
  /** One transaction, durable when it resolves. Idempotent. */
  ingest(batch: UploadRequest, receivedAt: number): Promise<IngestResult>;
  summary(device: string): Promise<DeviceSummary>;
  /** Of all devices, each ledger in its order; read page by page while others write. */
  rowsOf<K extends RowKind>(kinds: readonly K[]): AsyncIterable<StoredRow<K>>;
  /**
   * The spare epoch of a device: the same until it is used, which ingest and the device tell of.
   * @param at milliseconds since 1970. @returns undefined when no number is left.
   */
  grantEpoch(device: string, wanted: SpareWanted, at: number): Promise<EpochGrant | undefined>;
  /** What devices say of themselves once a minute. */
  readonly health: DevicesHealth;
  /** Payments that devices asked about; {@link ingest} tells them of their taps. */
  readonly authorisations: Authorisations;
  readonly fleet: FleetView;
  readonly orders: DispatchOrders;
  readonly apiKeys: ApiKeys;
  readonly audit: Audit;
  readonly quarantine: Quarantine;
  readonly identities: DeviceIdentities;
  close(): Promise<void>;
}
