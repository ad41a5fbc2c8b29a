/** Three views of the same taps, side by side: what riders saw, what the device wrote, what the backend holds. */
import type { DeviceSummary } from '../../src/backend/backend-store.ts';
import { formatMoney } from '../../src/core/money.ts';
import type { LedgerEntryJson } from '../../src/runtime/ledger-json.ts';
import type { RecordedSignal } from '../recording-indicator.ts';

export interface View {
  readonly accepted: number;
  readonly refused: number;
  readonly retry: number;
  /** Rupiah. */
  readonly fares: number;
}

/** Of what has a row: a refusal that repeats within a minute is only counted. */
export function ridersView(signals: readonly RecordedSignal[]): View {
  const recorded = signals.filter(({ id }) => id !== undefined);
  const count = (light: string) => recorded.filter((signal) => signal.light === light).length;
  const fares = recorded.map(({ fields }) => Number((fields.fare ?? '').replace(/\D/g, '')));
  return {
    accepted: count('green'),
    refused: count('red'),
    retry: count('amber'),
    fares: fares.reduce((sum, fare) => sum + fare, 0),
  };
}

export function ledgerView(entries: readonly LedgerEntryJson[]): View {
  const taps = entries.flatMap(({ row }) => (row?.kind === 'tap' ? [row] : []));
  const count = (outcome: string) => taps.filter((tap) => tap.outcome === outcome).length;
  return {
    accepted: count('accepted'),
    refused: count('refused'),
    retry: count('retry'),
    fares: taps.reduce((sum, { amount }) => sum + Number(amount ?? 0), 0),
  };
}

export function backendView({ accepted, refused, retries, amounts }: DeviceSummary): View {
  return { accepted, refused, retry: retries, fares: amounts.IDR ?? 0 };
}

export interface Reconciliation {
  readonly lines: readonly string[];
  readonly agrees: boolean;
}

export function reconcile(riders: View, device: View, backend: View): Reconciliation {
  const rows = (['accepted', 'refused', 'retry', 'fares'] as const).map((name) => {
    const values = [riders[name], device[name], backend[name]];
    const agrees = values.every((value) => value === values[0]);
    const texts = values.map((value) =>
      name === 'fares' ? formatMoney({ amount: value, currency: 'IDR' }) : String(value),
    );
    return { line: tableRow(name, texts, agrees ? '✓' : '✗'), agrees };
  });
  const heading = tableRow('', ['riders', 'device ledger', 'backend'], '');
  return {
    lines: [heading, ...rows.map(({ line }) => line)],
    agrees: rows.every(({ agrees }) => agrees),
  };
}

function tableRow(name: string, values: readonly string[], mark: string): string {
  const cells = values.map((value) => value.padStart(14)).join('');
  return `  ${name.padEnd(10)}${cells}  ${mark}`.trimEnd();
}
