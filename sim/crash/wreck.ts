/** Looks through what device and backend hold after the kills, and holds it against what riders saw. */
import { backendMigrations } from '../../src/backend/backend-migrations.ts';
import { openDeviceLedger } from '../../src/cli/device-parts.ts';
import { readDeviceConfig } from '../../src/config/device-config.ts';
import { hex } from '../../src/core/bytes.ts';
import { decodeRow, type TapRow } from '../../src/core/ledger/row.ts';
import type { LedgerEntry } from '../../src/store/ledger-audit.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import type { TapLedger } from '../../src/store/tap-ledger.ts';
import type { Rider } from './riders.ts';

export interface CrashFindings {
  readonly rows: number;
  /** Rows of accepted taps. */
  readonly accepted: number;
  /** Broken promises; none when all is well. */
  readonly broken: readonly string[];
}

export interface Wreck {
  readonly config: string;
  /** The backend's database file. */
  readonly database: string;
  readonly riders: readonly Rider[];
}

interface HeldRow {
  readonly epoch: number;
  readonly seq: number;
  readonly tap: TapRow | undefined;
}

const pageRows = 1_000;

export function inspectWreck({ config, database, riders }: Wreck): CrashFindings {
  const ledger = openDeviceLedger(readDeviceConfig(config));
  try {
    const device = entriesOf(ledger).map(asHeldRow);
    const backend = rowsOfBackend(database);
    const broken = [
      ...brokenChain(ledger),
      ...brokenSequence('device', device),
      ...brokenSequence('backend', backend),
      ...differences(device, backend),
      ...riders.flatMap((rider) => wrongs(rider, 'device', device)),
      ...riders.flatMap((rider) => wrongs(rider, 'backend', backend)),
    ];
    const accepted = device.filter(isAccepted).length;
    if (accepted !== riders.length) {
      broken.push(`${accepted} taps accepted for ${riders.length} riders`);
    }
    return { rows: device.length, accepted, broken };
  } finally {
    ledger.close();
  }
}

function entriesOf(ledger: TapLedger): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (;;) {
    const page = ledger.audit.entries(pageRows, entries.at(-1));
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

function asHeldRow({ epoch, seq, row }: Pick<LedgerEntry, 'epoch' | 'seq' | 'row'>): HeldRow {
  return { epoch, seq, tap: row?.kind === 'tap' ? row : undefined };
}

function rowsOfBackend(path: string): HeldRow[] {
  const database = openDatabase({ path, migrations: backendMigrations, exclusive: false });
  try {
    const rows = database.prepare('select epoch, seq, payload from tap order by epoch, seq').all();
    return (rows as { epoch: number; seq: number; payload: Uint8Array }[]).map(
      ({ epoch, seq, payload }) => asHeldRow({ epoch, seq, row: decodeRow(payload) }),
    );
  } finally {
    database.close();
  }
}

function brokenChain(ledger: TapLedger): string[] {
  const { broken } = ledger.audit.verify();
  const { unsent } = ledger.outbox;
  return [
    ...(broken === undefined ? [] : [`chain broken at seq ${broken.seq}: ${broken.what}`]),
    ...(unsent === 0 ? [] : [`${unsent} rows unsent`]),
  ];
}

function brokenSequence(where: string, rows: readonly HeldRow[]): string[] {
  return rows.flatMap(({ epoch, seq }, index) => {
    if (epoch !== rows[0]?.epoch) return [`${where}: a second epoch ${epoch}`];
    return seq === index + 1 ? [] : [`${where}: seq ${seq} in place ${index + 1}`];
  });
}

function differences(device: readonly HeldRow[], backend: readonly HeldRow[]): string[] {
  const text = (rows: readonly HeldRow[]) =>
    rows.map(({ seq, tap }) => `${seq} ${tap?.outcome} ${keyOf(tap)}`).join('\n');
  return text(device) === text(backend)
    ? []
    : [`device holds ${device.length} rows, backend ${backend.length}, and they differ`];
}

function wrongs(rider: Rider, where: string, rows: readonly HeldRow[]): string[] {
  const { light, kills, tokenKey } = rider;
  const taps = rows.filter((row) => isAccepted(row) && keyOf(row.tap) === tokenKey);
  const name = `rider ${tokenKey.slice(0, 8)} (${light?.light} ${light?.reason})`;
  const isFair = light?.light === 'green' || (light?.reason === 'already-tapped' && kills > 0);
  return [
    ...(taps.length === 1 ? [] : [`${name}: accepted ${taps.length} times at the ${where}`]),
    ...(isFair ? [] : [`${name}: was told what no rider should be`]),
  ];
}

function isAccepted({ tap }: HeldRow): boolean {
  return tap?.outcome === 'accepted';
}

function keyOf(tap: TapRow | undefined): string {
  return tap?.tokenKey === undefined ? '-' : hex(tap.tokenKey);
}
