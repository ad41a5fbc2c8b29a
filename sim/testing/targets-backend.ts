/** A real repository on disk and a real backend that hands it out, for tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createBackendServer } from '../../src/backend/server.ts';
import { openSqliteStore } from '../../src/backend/sql-store.ts';
import { createHttpsTargetsSource } from '../../src/sync/targets-source.ts';
import { type Publication, publish } from '../../src/targets/publish.ts';
import { createTargetsDisk } from '../../src/targets/targets-disk.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { makeTestCertificates } from '../test-certificates.ts';
import { aFolder, testDevice } from './ledger-builders.ts';
import { testReceiptKey } from './test-backend.ts';

/** A repository and its keys in folders of their own; `publish` writes texts and publishes them. */
export function aRepository(now: number) {
  const home = aFolder();
  const place = { disk: createTargetsDisk(), folder: join(home, 'repository') };
  const keys = join(home, 'keys');
  const entropy = createSimEntropy(7);
  const make = (texts: Readonly<Record<string, string>>, over: Partial<Publication> = {}) => {
    const files = Object.entries(texts).map(([name, text]) => {
      writeFileSync(join(home, name), text);
      return join(home, name);
    });
    const usual = { files, withdraw: [], keyFolders: [keys], rotate: [], onlineDays: 14 } as const;
    return publish({ ...place, entropy, now }, { ...usual, ...over });
  };
  return { ...place, home, keys, publish: make };
}

/** Everything is closed when the test ends. */
export async function aTargetsBackend(targetsFolder: string | undefined) {
  const clock = createSystemClock();
  const certificates = await makeTestCertificates(clock.wallNow());
  const store = openSqliteStore(join(aFolder(), 'backend.db'));
  onTestFinished(() => store.close());
  const server = createBackendServer(
    { store, clock, receiptKey: testReceiptKey, targetsFolder },
    { ...certificates.backend, deviceCa: certificates.ca, logLevel: 'silent' },
  );
  onTestFinished(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const device = await certificates.device(testDevice);
  const source = createHttpsTargetsSource({ url, ca: certificates.ca, ...device });
  onTestFinished(() => source[Symbol.asyncDispose]());
  return { url, certificates, source };
}
