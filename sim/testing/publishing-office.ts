/**
 * An operator's office with the real commands, a backend that hands out what it publishes, and a
 * device that takes it, for tests: `halte rules build` and `publish`, `halte lists build`.
 */
import { cpSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import { askControl } from '../../src/cli/control-client.ts';
import { entriesOf, openLedgerView } from '../../src/cli/ledger-view.ts';
import { buildList } from '../../src/cli/lists-build.ts';
import { buildRules } from '../../src/cli/rules.ts';
import { type PublishOptions, publishRules } from '../../src/cli/rules-publish.ts';
import { readDeviceConfig } from '../../src/config/device-config.ts';
import { controlSocketPath } from '../../src/runtime/control-socket.ts';
import type { TargetsStatus } from '../../src/runtime/targets-watch.ts';
import { createSimSerialLine } from '../serial-line.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { aFolder } from './ledger-builders.ts';
import { aRulesFolder } from './rules-folder.ts';
import { createTestIo, eventually, startRun } from './test-device.ts';

/** Keys of acceptance.json and the fare of every ride, in rupiah. */
export interface OfficeRules {
  readonly version: string;
  readonly fare: number;
  readonly effectiveFrom?: string;
}

export function anOffice(now = createSystemClock().wallNow()) {
  const home = aFolder();
  const [repository, keys] = [join(home, 'repository'), join(home, 'keys')];
  const entropy = createSimEntropy(3);
  const office = {
    now,
    repository,
    root: join(home, 'root.json'),
    /** As `halte rules publish` does it. */
    async publish(files: readonly string[], over: Partial<PublishOptions> = {}) {
      const options = { repository, keys: [keys], init: !existsSync(keys), ...over };
      await publishRules(files, options, { io: createTestIo(), now: office.now, entropy });
      cpSync(join(repository, 'metadata/1.root.json'), office.root);
    },
    /** A folder, as the operator edits it. */
    folder: ({ fare, ...policy }: OfficeRules) =>
      aRulesFolder(policy, {
        'fare_products.txt': `fare_product_id,amount,currency\numum-nontunai,${fare},IDR\n`,
      }),
    /** @returns the path of `rules.bin`. */
    rules(rules: OfficeRules): string {
      const out = join(home, 'rules.bin');
      buildRules(office.folder(rules), { out }, { io: createTestIo(), now: office.now });
      return out;
    },
    /** @returns the paths of full file and delta, if there is a version before. */
    async list(version: number, rows: readonly string[]): Promise<readonly string[]> {
      const [from, out] = [join(home, 'list.csv'), listFile(version)];
      writeFileSync(from, `kind,effect,key,reason\n${rows.map((row) => `${row}\n`).join('')}`);
      const before = listFile(version - 1);
      const delta = existsSync(before) ? { deltaFrom: before } : { listVersion: version };
      await buildList({ from, out, ...delta }, { io: createTestIo(), now: office.now });
      return existsSync(before) ? [out, `${out}.delta`] : [out];
    },
    /** A copy of the repository, all at once. */
    copyTo(stick: string): void {
      cpSync(repository, `${stick}.new`, { recursive: true });
      renameSync(`${stick}.new`, stick);
    },
  };
  const listFile = (version: number) => join(home, `security-list-${version}.hlist`);
  return office;
}

export type Office = ReturnType<typeof anOffice>;

/** `halte run` with a scanner in memory, and ways to ask it. */
export function startPublishedRun(config: string) {
  const clock = createSystemClock();
  const line = createSimSerialLine({ clock });
  const options = { name: 'door', path: 'simulated', interByteTimeoutMs: 1_000 };
  const reader = createSerialBarcodeReader({ clock, openPort: line.openPort }, options);
  const run = startRun(config, { readers: [reader] });
  const { dataDir } = readDeviceConfig(config);

  async function rows() {
    await using view = await openLedgerView(readDeviceConfig(config));
    return (await Array.fromAsync(entriesOf(view))).flatMap(({ row }) =>
      row?.kind === 'tap' ? [row] : [],
    );
  }

  return {
    ...run,
    rows,
    /** Holds a code to the scanner. @returns its row. */
    async tap(code: string) {
      await Promise.race([line.opened(), run.running]);
      const before = (await rows()).length;
      line.send(`${code}\r\n`);
      let row: Awaited<ReturnType<typeof rows>>[number] | undefined;
      await eventually(async () => {
        row = (await rows())[before];
        if (row === undefined) throw new Error('no row yet');
      });
      return row ?? {};
    },
    status: async () =>
      (await askControl(controlSocketPath(dataDir), 'GET', '/status')) as TargetsStatus,
  };
}
