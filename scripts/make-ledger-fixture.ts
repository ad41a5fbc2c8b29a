/**
 * Writes fixtures/ledgers/VERSION for the version of package.json: the ledger of a device as this
 * release leaves it, and what it has delivered. To be run when a release is made, and never again for that release:
 * later programs are tested on what it really wrote. fixtures/ledgers/README.md tells what is in it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFare, bytesOf, someNow } from '../sim/testing/builders.ts';
import { aReceipt, aRowOfEachKind, aTapRow } from '../sim/testing/row-builders.ts';
import { storedLedgerDevice, storedLedgerReceiptKey } from '../sim/testing/stored-ledgers.ts';
import { type Cbor, encodeCbor } from '../src/core/crypto/cbor.ts';
import { signReceipt } from '../src/core/ledger/receipt.ts';
import { openTapLedger, type TapLedger } from '../src/store/tap-ledger.ts';

const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
) as { readonly version: string };
const folder = join(import.meta.dirname, '../fixtures/ledgers', version);
const path = join(folder, 'ledger.db');

/** The epochs of its life: granted, and provisional after a fork. */
const epochs = [3, 2 ** 40 + 17];

const delivered: Cbor[] = [];

/** As if a backend had taken all that is unsent. */
function deliver(ledger: TapLedger): void {
  const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 1_000_000 });
  if (batch !== undefined) delivered.push(new Map(Object.entries(batch)));
  const { epoch, seq, hash } = ledger.head;
  const receipt = aReceipt({ device: storedLedgerDevice, epoch, durableSeq: seq, tip: hash });
  ledger.outbox.acknowledge(receipt, signReceipt(storedLedgerReceiptKey, receipt));
}

function appendEveryKind(ledger: TapLedger): void {
  for (const row of Object.values(aRowOfEachKind)) ledger.append(row);
}

/** A tap with all that is remembered of it, and a card that was not heard of again. */
function appendRemembered(ledger: TapLedger, id: number): void {
  const tokenKey = bytesOf('0123456789abcdef'.repeat(4)).map((byte) => byte ^ id);
  const at = someNow + id * 60_000;
  const fare = aFare({ leg: { routeId: 'koridor-1', boarding: { at, stopId: 'mangkang' } } });
  ledger.appendTogether([aTapRow({ wallAt: at, monotonicAt: id, tokenKey, amount: 3_500 })], {
    ...{ tokenKey, acceptedAt: at, forgetAt: at + 86_400_000, atRisk: id % 2 === 0 },
    ...{ fare, rulesVersion: 'test-1' },
  });
  ledger.append({
    ...aRowOfEachKind['card-intent'],
    ...{ tokenKey, tripAt: at, fareProduct: 'umum', fareAction: 'single', monotonicAt: id },
  });
}

if (existsSync(path)) {
  process.stderr.write(`${path} is there: what a release wrote is not written again\n`);
  process.exitCode = 1;
} else {
  mkdirSync(folder, { recursive: true });
  const left = [...epochs];
  const ledger = openTapLedger(
    { mintEpoch: () => left.shift() ?? 1 },
    { path, device: storedLedgerDevice },
  );
  appendEveryKind(ledger);
  deliver(ledger);
  ledger.outbox.prune(someNow + 1);
  appendRemembered(ledger, 1);
  deliver(ledger);
  ledger.leaveForkedEpoch();
  appendRemembered(ledger, 2);
  deliver(ledger);
  appendEveryKind(ledger);
  appendRemembered(ledger, 3);
  ledger.close();
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  writeFileSync(join(folder, 'delivered.cbor'), encodeCbor(delivered));
  process.stdout.write(`${path}\n`);
}
