import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSimBackend } from '../../sim/sim-backend.ts';
import { createSimEntropy, createSimRandom } from '../../sim/sim-chance.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { aTicket, someNow } from '../../sim/testing/builders.ts';
import { aFolder, aLedger, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aValidator } from '../../sim/testing/running-validator.ts';
import { testReceiptKey } from '../../sim/testing/test-backend.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';
import { openSqliteStore } from '../backend/sql-store.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { createBallast } from '../store/ballast.ts';

/** Mounts and real files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 60_000 });

const kib = 1024;
const diskBytes = 1_536 * kib;
const bytes = 256 * kib;
const storage = { lowBytes: 384 * kib, backBytes: 512 * kib };

/** A ticket of its own for each rider. */
function ticketOf(rider: number): string {
  const ticketId = new Uint8Array(8);
  Buffer.from(ticketId.buffer).writeUInt32BE(rider);
  return halteTicketText(aTicket({ kind: 'single', ticketId }));
}

/** A validator whose data partition is tiny, before a backend that may be out of reach. */
function aSmallDevice({ fillTo = 0 } = {}) {
  const disk = createTinyDisk(diskBytes);
  onTestFinished(() => disk.close());
  const path = join(disk.folder, 'ledger.db');
  const clock = createSimClock({ wall: someNow });
  const store = openSqliteStore(join(aFolder(), 'backend.db'));
  onTestFinished(() => store.close());
  const backend = createSimBackend(
    { clock, random: createSimRandom(1), store, receiptKey: testReceiptKey, device: testDevice },
    { requestLost: 1 },
  );
  const ballast = createBallast({ entropy: createSimEntropy(1) }, { path, bytes });
  /** Somebody else's file, which leaves so much. */
  const other = join(disk.folder, 'other');
  const leave = (left: number) =>
    writeFileSync(other, new Uint8Array(Math.max(0, ballast.freeBytes() - left)));
  const ledger = aLedger({ path });
  if (fillTo > 0) leave(fillTo);
  const device = aValidator(ledger, { clock, backend, ballast, storage });
  const heard = () => device.events.map((event) => ('code' in event ? event.code : event.event));
  const ride = async (from: number, riders: number) => {
    for (let rider = from; rider < from + riders; rider += 1) await device.scan(ticketOf(rider));
  };
  const free = () => rmSync(other);
  return { ...device, heard, ride, leave, free, store, backend, ballast, path };
}

const without = '(skipped without tmpfs)';
const onTmpfs = test.skipIf(!canMakeTinyDisk());

onTmpfs(`makes its ballast at the start and serves riders ${without}`, async () => {
  const { clock, ride, lights, ballast, heard } = aSmallDevice();
  await clock.advance(10);
  await ride(1, 1);

  expect(ballast.isHeld).toBe(true);
  expect(lights()).toEqual(['green']);
  expect(heard()).not.toContain('out-of-service');
});

onTmpfs(`refuses taps before the disk is full, and comes back by itself ${without}`, async () => {
  const { clock, ride, lights, texts, ledger, leave, free, ballast, heard } = aSmallDevice();
  await clock.advance(10);
  await ride(1, 2);
  leave(storage.lowBytes - 64 * kib);
  await clock.advance(10_000);
  const before = ledger.head.seq;
  await ride(3, 2);

  expect(ledger.head.seq).toBe(before);
  expect(lights()).toEqual(['green', 'green', 'amber', 'amber']);
  expect(texts().at(-1)).toBe('storage-full: Alat tidak berfungsi / Out of service');
  expect(heard().filter((what) => what === 'ledger/disk-low')).toHaveLength(1);
  expect(ballast.isHeld).toBe(true);

  free();
  await clock.advance(10_000);
  await ride(5, 1);

  expect(lights().at(-1)).toBe('green');
  expect(heard()).toContain('in-service');
});

onTmpfs(`does not begin service where there is no room for a ballast ${without}`, async () => {
  const { clock, ride, lights, ledger, free } = aSmallDevice({ fillTo: bytes });
  await clock.advance(10);
  await ride(1, 1);
  free();
  await clock.advance(10_000);
  await ride(2, 1);

  expect(lights()).toEqual(['amber', 'green']);
  expect(ledger.head.seq).toBe(1);
});

onTmpfs(`keeps all on a full disk, syncs, and serves again with room ${without}`, async () => {
  const device = aSmallDevice();
  const { clock, ride, lights, ledger, leave, free, ballast, heard, backend, store } = device;
  await clock.advance(10);
  await ride(1, 20);
  leave(64 * kib);
  for (let rider = 21; rider < 400 && ballast.isHeld; rider += 1) await ride(rider, 1);
  const accepted = lights().filter((light) => light === 'green').length;

  expect(ballast.isHeld).toBe(false);
  expect(lights().at(-1)).toBe('amber');
  expect(heard().filter((what) => what === 'ledger/disk-full')).toHaveLength(1);
  expect(ledger.audit.verify().broken).toBeUndefined();
  expect(ledger.outbox.unsent).toBe(ledger.head.seq);
  expect(accepted).toBeGreaterThan(20);

  backend.setFaults({});
  await clock.advance(700_000);

  expect(ledger.outbox.unsent).toBe(0);
  expect((await store.summary(testDevice))?.rows).toBe(ledger.head.seq);
  expect(await Promise.race([device.running, 'running'])).toBe('running');

  free();
  await clock.advance(10_000);
  await ride(1_000, 1);

  expect(ballast.isHeld).toBe(true);
  expect(lights().at(-1)).toBe('green');
});

onTmpfs(`opens on a disk that is full to the last byte, ballast given up ${without}`, async () => {
  const { stop, running, ledger, ride, clock, leave, path, ballast } = aSmallDevice();
  await clock.advance(10);
  await ride(1, 3);
  stop.abort();
  await running;
  ledger.close();
  leave(0);

  expect(() => aLedger({ path })).toThrow(expect.objectContaining({ code: 'ledger/disk-full' }));
  ballast.giveUp();

  expect(aLedger({ path }).head.seq).toBe(3);
  expect(existsSync(`${path}.ballast`)).toBe(false);
});
