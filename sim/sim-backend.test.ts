import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSqliteStore } from '../src/backend/sql-store.ts';
import { type BackendFault, backendContract } from './contracts/backend.ts';
import { createSimBackend, type NetworkFaults } from './sim-backend.ts';
import { createSimRandom } from './sim-chance.ts';
import { createSimClock } from './sim-clock.ts';
import { aBatch, aFolder, someRows, testDevice } from './testing/ledger-builders.ts';
import { testReceiptKey } from './testing/test-backend.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const roundTripMs = 80;

const faults: Readonly<Record<BackendFault, NetworkFaults>> = {
  'request-lost': { requestLost: 1 },
  busy: { busy: 1 },
  'reply-lost': { replyLost: 1 },
};

function aSimBackend(seed = 1) {
  const clock = createSimClock();
  const store = openSqliteStore(join(aFolder(), 'backend.db'));
  onTestFinished(() => store.close());
  const random = createSimRandom(seed);
  const backend = createSimBackend({
    ...{ clock, random, store, receiptKey: testReceiptKey, device: testDevice },
  });
  return { clock, store, backend };
}

backendContract('the simulated backend', async () => {
  const { clock, store, backend } = aSimBackend();
  return {
    ...{ backend, store, receiptKey: testReceiptKey.publicKey },
    fail: (fault) => backend.setFaults(faults[fault]),
    elapse: () => clock.advance(roundTripMs),
  };
});

test('fails as often as it is told to, and counts what it lost', async () => {
  const { clock, backend } = aSimBackend();
  backend.setFaults({ replyLost: 0.5 });
  const { signal } = new AbortController();

  for (let upload = 0; upload < 100; upload += 1) {
    const reply = backend.uploadTaps(aBatch(someRows(1)), signal).catch(() => {});
    await clock.advance(roundTripMs);
    await reply;
  }

  expect(backend.uploads.sent).toBe(100);
  expect(backend.uploads.lost).toBeGreaterThan(30);
  expect(backend.uploads.lost).toBeLessThan(70);
});
