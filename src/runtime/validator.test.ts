import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createForeignCard } from '../../sim/cards/foreign-card.ts';
import { aFolder, aLedger, fill, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aPaymentOf, aValidator } from '../../sim/testing/running-validator.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

test('says that it is ready, and from which row it goes on', async () => {
  const { events, ledger } = aValidator();

  const { epoch } = ledger.head;
  expect(events[0]).toEqual({ event: 'ready', device: testDevice, epoch, seq: 0 });
});

test('stops when it is told to, with everything written down', async () => {
  const { clock, ledger, running, stop, scan } = aValidator();
  await clock.advance(10);
  await scan('one');

  stop.abort();
  await running;

  expect(clock.sleepers).toBe(0);
  ledger.close();
  expect(aLedger({ path: ledger.path }).head.seq).toBe(1);
});

test('goes on with its other readers while one is gone', async () => {
  const { clock, scanner, cards, events, lights } = aValidator();
  await clock.advance(10);

  scanner.unplug();
  await clock.advance(10_000);
  cards.present(createForeignCard());
  await clock.advance(1_000);

  expect(lights()).toEqual(['red']);
  const failed = events.filter(({ event }) => event === 'reader-failed');
  expect(failed).toEqual([
    expect.objectContaining({ reader: 'scanner', code: 'reader/unplugged' }),
    expect.objectContaining({ reader: 'scanner', code: 'reader/not-found' }),
  ]);
});

test('goes on, without a place in its rows, while its position source is gone', async () => {
  const { clock, position, events, ledger, scan, running } = aValidator();
  await clock.advance(100);
  position.unplug();
  await scan(aPaymentOf(1));
  await clock.advance(10_000);
  await scan(aPaymentOf(2));

  const [near, far] = ledger.audit.entries(2).map(({ row }) => row);
  expect(near).toMatchObject({ latitude: -6_980_000 });
  expect(far).not.toHaveProperty('latitude');
  expect(events).toContainEqual(
    expect.objectContaining({ event: 'reader-failed', reader: 'sim-gnss' }),
  );
  expect(await Promise.race([running, 'running'])).toBe('running');
});

test('puts a jump of the clock on record although nobody taps', async () => {
  const { clock, ledger } = aValidator();
  await clock.advance(1_000);

  clock.stepWall(-3_600_000);
  await clock.advance(10_000);

  const [entry] = ledger.audit.entries(2);
  expect(entry?.row).toMatchObject({ kind: 'clock-step', stepMs: -3_600_000 });
});

test('stops when the storage has changed a row, before the backend hears of it', async () => {
  const path = join(aFolder(), 'ledger.db');
  const written = aLedger({ path });
  fill(written, 3);
  written.close();
  const file = readFileSync(path);
  file.writeUInt8(0x78, file.lastIndexOf('accepted'));
  writeFileSync(path, file);

  const { clock, running, events, ledger } = aValidator(aLedger({ path }));
  await clock.advance(2_000);

  await expect(running).rejects.toMatchObject({ code: 'ledger/corrupt' });
  expect(events.at(-1)).toMatchObject({ event: 'out-of-service', code: 'ledger/corrupt' });
  expect(() => ledger.outbox.nextBatch({ rowsMax: 9, bytesMax: 9_999 })).toThrow('chain is broken');
});

test.skipIf(!canMakeTinyDisk())(
  'goes out of service on a full disk, by name, with all it accepted kept (skipped without tmpfs)',
  async () => {
    const disk = createTinyDisk(256 * 1024);
    onTestFinished(() => disk.close());
    const path = join(disk.folder, 'ledger.db');
    const { clock, scan, running, events, lights } = aValidator(aLedger({ path }));
    await clock.advance(10);
    const isOver = () => events.some(({ event }) => event === 'out-of-service');
    for (let rider = 0; rider < 1_000 && !isOver(); rider += 1) await scan(aPaymentOf(rider));

    await expect(running).rejects.toMatchObject({ code: 'ledger/disk-full' });
    expect(events.at(-1)).toMatchObject({ event: 'out-of-service', code: 'ledger/disk-full' });
    expect(lights().at(-1)).toBe('amber');
    expect(clock.sleepers).toBe(0);
  },
);
