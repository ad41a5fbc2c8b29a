import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import { createSimCardField } from '../../sim/card-field.ts';
import { createForeignCard } from '../../sim/cards/foreign-card.ts';
import { createRecordingIndicator } from '../../sim/recording-indicator.ts';
import { createSimSerialLine } from '../../sim/serial-line.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { createSimPositionSource } from '../../sim/sim-position.ts';
import {
  aQrisCode,
  bytesOf,
  gopay,
  keyed,
  someNow,
  someRules,
  tlv,
} from '../../sim/testing/builders.ts';
import { aFolder, aLedger, fill, testDevice } from '../../sim/testing/ledger-builders.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';
import { utf8 } from '../core/bytes.ts';
import { fixedRules } from './rules-in-force.ts';
import type { RuntimeEvent } from './runtime-event.ts';
import { createValidator } from './validator.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const sync = {
  ...{ device: testDevice, receiptKey: new Uint8Array(32) },
  ...{ intervalMs: 1_000, startJitterMs: 0, retentionMs: 1_000 },
};

/** A payment code of its own for each rider, of one account. */
function aPaymentOf(rider: number): string {
  const number = String(rider).padStart(11, '0');
  const objects = {
    '5A': bytesOf(`${gopay}${number}f`),
    '63': tlv('9F74', utf8(`cheque:000000000${number}`)),
  };
  return Buffer.from(aQrisCode(objects)).toString('latin1');
}

/** A running validator with a scanner, a card field and a position source, without a backend. */
function aValidator(ledger = aLedger()) {
  const clock = createSimClock({ wall: someNow });
  const scanner = createSimSerialLine({ clock });
  const cards = createSimCardField({ clock });
  const position = createSimPositionSource(
    { clock },
    { points: [2, 9_000].map((at) => ({ at, latitude: -6.98, longitude: 110.41 })) },
  );
  const indicator = createRecordingIndicator({ clock });
  const events: RuntimeEvent[] = [];
  const barcodes = createSerialBarcodeReader(
    { clock, openPort: scanner.openPort },
    { name: 'scanner', path: 'sim' },
  );
  const validator = createValidator(
    {
      ...{ clock, random: { next: () => 0.5 }, ledger, indicators: [indicator], position },
      ...{ keyed, entropy: createSimEntropy(1) },
      readers: [barcodes, cards],
      inForce: fixedRules(someRules()),
      report: (event) => void events.push(event),
    },
    { release: '0.1.0', bootId: 'boot-1', sync },
  );
  const stop = new AbortController();
  const running = validator.run(stop.signal);
  running.catch(() => {});
  onTestFinished(() => stop.abort());
  const scan = async (text: string) => {
    scanner.send(`${text}\r\n`);
    await clock.advance(20);
  };
  const lights = () => indicator.signals.map(({ light }) => light);
  return { clock, scanner, cards, position, ledger, events, lights, scan, stop, running };
}

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
