/** Ledgers as releases of Halte left them, fixtures/ledgers: each test gets a copy of its own. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../../src/core/bytes.ts';
import { decodeCbor } from '../../src/core/crypto/cbor.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { type UploadRequest, uploadRequest } from '../../src/sync/wire.ts';

export const storedLedgerDevice = 'bus-1';

/** A test key, which signed the receipts in them. */
export const storedLedgerReceiptKey = ed25519PrivateKey(utf8('halte test key - for receipts...'));

const fixtures = join(import.meta.dirname, '../../fixtures/ledgers');

/** Versions, oldest first. */
export function storedReleases(): readonly string[] {
  const folders = readdirSync(fixtures, { withFileTypes: true }).filter((it) => it.isDirectory());
  const versions = folders.map(({ name }) => name);
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** @returns the path of the copy. */
export function copyStoredLedger(release: string, folder: string): string {
  const path = join(folder, 'ledger.db');
  copyFileSync(join(fixtures, release, 'ledger.db'), path);
  return path;
}

/** What a backend had of it by then, oldest first. */
export function storedDeliveries(release: string): readonly UploadRequest[] {
  const batches = decodeCbor(
    new Uint8Array(readFileSync(join(fixtures, release, 'delivered.cbor'))),
  );
  if (!Array.isArray(batches)) throw new Error(`${release}: delivered.cbor is no list`);
  return batches.map((batch) =>
    uploadRequest.parse({ device: storedLedgerDevice, ...Object.fromEntries(batch) }),
  );
}
