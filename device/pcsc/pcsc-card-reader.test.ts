/**
 * The PC/SC card reader on a real pcscd with vsmartcard's virtual slots. Only one pcscd can run on
 * a machine, so everything that needs it is in this one file.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrokenCard } from '../../sim/cards/broken-card.ts';
import { createForeignCard } from '../../sim/cards/foreign-card.ts';
import { createTicketPhone } from '../../sim/cards/ticket-phone.ts';
import {
  type CardReaderStand,
  cardReaderContract,
  goneError,
  openSession,
  readTicket,
  selectTicket,
  untilAborted,
} from '../../sim/contracts/token-reader-card.ts';
import { type PcscDaemon, pcscdAvailable, startPcscDaemon } from '../../sim/pcsc-daemon.ts';
import { otherProcessMsMax } from '../../sim/testing/pcsc-stand.ts';
import { createVirtualCardSlot } from '../../sim/virtual-card-slot.ts';
import { createSystemClock } from '../os/system-clock.ts';
import { createPcscCardReader, type PcscCardReaderOptions } from './pcsc-card-reader.ts';
import { isPcscdAnswering, pcscdSocketPath } from './pcscd-lifeline.ts';

const clock = createSystemClock();
const availability = await pcscdAvailable();
if (!availability.available) {
  process.stderr.write(`card reader tests are skipped: ${availability.why}\n`);
}
const errorWith = (code: string) => expect.objectContaining({ name: 'ReaderError', code });
const patience = { timeout: 10_000, interval: 10 };
const soon = () => clock.monotonicNow() + 10_000;

describe.skipIf(!availability.available)('with pcscd', { timeout: 20_000 }, () => {
  const slot = createVirtualCardSlot();
  const otherSlot = createVirtualCardSlot({ slot: 1 });
  const phone = createTicketPhone(Buffer.from('a ticket'));
  let daemon: PcscDaemon;

  beforeAll(async () => {
    daemon = await startPcscDaemon({ clock }, { patienceMs: otherProcessMsMax });
  }, otherProcessMsMax + 10_000);
  afterAll(async () => {
    await daemon.stop();
  });
  afterEach(async () => {
    await Promise.all([slot.remove(), otherSlot.remove()]);
    expect(hostPids()).toEqual([]);
  });

  cardReaderContract(
    'the PC/SC card reader',
    (): CardReaderStand => ({
      reader: createPcscCardReader({ clock }),
      clock,
      present: (card, { tearAfterApdus, silent } = {}) =>
        slot.insert(card, {
          ...(tearAfterApdus !== undefined && { tearAfterApdus }),
          ...(silent === true && { silentAfterApdus: 0 }),
        }),
      presentUnreadable: () => slot.insert(createBrokenCard()),
      remove: () => slot.remove(),
      elapse: async () => {},
    }),
  );

  function aSession(options: PcscCardReaderOptions = {}) {
    const session = openSession(createPcscCardReader({ clock }, options));
    return Object.assign(session, { [Symbol.asyncDispose]: () => session.close() });
  }

  test('reads two slots at once and keeps their conversations apart', async () => {
    await using session = aSession();
    await Promise.all([slot.insert(phone), otherSlot.insert(createForeignCard())]);
    const scans = [await session.nextCard(), await session.nextCard()];
    const channelOf = (name: string) => {
      const scan = scans.find(({ reader }) => reader === name);
      return scan?.channel ?? expect.fail(`no card in ${name}`);
    };
    const left = channelOf('Virtual PCD 00 00');
    const right = channelOf('Virtual PCD 00 01');

    const answers = await Promise.all([
      left.transceive(selectTicket, soon()),
      right.transceive(selectTicket, soon()),
    ]);
    await slot.remove();
    await untilAborted(left.gone);

    expect(answers.map((answer) => answer.length)).toEqual([5, 2]);
    expect(await right.transceive(selectTicket, soon())).toHaveLength(2);
  });

  test('answers in one slot while the card in another is silent', async () => {
    await using session = aSession();
    await slot.insert(phone, { silentAfterApdus: 0 });
    const silent = await session.nextCard();
    const pending = silent.channel.transceive(selectTicket, soon());
    pending.catch(() => {});

    await otherSlot.insert(createForeignCard());
    const { channel } = await session.nextCard();
    const answer = await channel.transceive(selectTicket, soon());

    expect(answer).toHaveLength(2);
    await slot.remove();
    await expect(pending).rejects.toThrow(goneError);
  });

  test('reads only the slots whose name it was given', async () => {
    await using session = aSession({ slot: '00 01' });
    await slot.insert(phone);
    await otherSlot.insert(createForeignCard());

    expect((await session.nextCard()).reader).toBe('Virtual PCD 00 01');
  });

  test('ends with service-unreachable at once while pcscd does not run', async () => {
    await using session = aSession({ socketPath: '/run/pcscd/nobody.comm' });
    const start = clock.monotonicNow();

    await expect(session.next()).rejects.toThrow(errorWith('reader/service-unreachable'));

    expect(clock.monotonicNow() - start).toBeLessThan(500);
  });

  test('leaves a pcscd alone that another has started', async () => {
    const foreign = await startPcscDaemon({ clock }, { claimName: 'halte-foreign-daemon' });

    expect(foreign.owned).toBe(false);
    await expect(foreign.kill()).rejects.toThrow('not started here');
    await foreign.stop();
    expect(await isPcscdAnswering(pcscdSocketPath)).toBe(true);
  });

  test('lets no other process use the virtual reader meanwhile', async () => {
    await expect(startPcscDaemon({ clock })).rejects.toThrow('another process uses');
  });

  test('ends with reader/failed when its host is killed, and opens again', async () => {
    await using session = aSession();
    await slot.insert(phone);
    const { channel } = await session.nextCard();

    for (const pid of hostPids()) process.kill(pid, 'SIGKILL');

    await expect(session.next()).rejects.toThrow(errorWith('reader/failed'));
    expect(channel.gone.aborted).toBe(true);
    await using again = aSession();
    expect((await again.nextCard()).atr).toEqual(phone.atr);
  });

  test('ends with reader/failed when its host is stuck', async () => {
    await using session = aSession({ silenceMsMax: 2_000 });
    await slot.insert(phone);
    await session.nextCard();

    for (const pid of hostPids()) process.kill(pid, 'SIGSTOP');

    await expect(session.next()).rejects.toThrow(errorWith('reader/failed'));
  });

  test('its host ends when the process that reads is killed', async () => {
    const reading = spawn(process.execPath, ['--input-type=module', '-e', readingScript]);
    const hosts = () => childPids(reading.pid).filter(isRunning);
    await expect.poll(hosts, patience).toHaveLength(1);
    const [host] = hosts();

    reading.kill('SIGKILL');

    await expect.poll(() => isRunning(host), patience).toBe(false);
  });

  describe('with nfc-pcsc missing', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'halte-pcsc-'));
      cpSync(import.meta.dirname, join(folder, 'pcsc'), { recursive: true });
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const openIn = () => {
      const hostModule = pathToFileURL(join(folder, 'pcsc/pcsc-host.ts'));
      return openSession(createPcscCardReader({ clock, hostModule }));
    };

    test('ends with driver-missing when the package is absent', async () => {
      await expect(openIn().next()).rejects.toThrow(errorWith('reader/driver-missing'));
    });

    test('ends with driver-missing when the package was never compiled', async () => {
      for (const name of ['nfc-pcsc', '@pokusew/pcsclite', 'bindings', 'file-uri-to-path']) {
        const from = join(import.meta.dirname, '../../node_modules', name);
        const filter = (path: string) => !path.endsWith('.node');
        cpSync(from, join(folder, 'node_modules', name), { recursive: true, filter });
      }

      await expect(openIn().next()).rejects.toThrow(/bindings file/);
    });
  });

  describe('and killing it', () => {
    beforeEach(({ skip }) => {
      skip(!daemon.owned, 'the pcscd of this machine was not started here');
    });
    afterEach(async () => {
      await daemon.kill();
      await daemon.restart();
    });

    test('ends with service-unreachable when pcscd is killed, and opens after that', async () => {
      await using session = aSession();
      await slot.insert(phone);
      const { channel } = await session.nextCard();

      await daemon.kill();
      const start = clock.monotonicNow();
      await expect(session.next()).rejects.toThrow(errorWith('reader/service-unreachable'));

      expect(clock.monotonicNow() - start).toBeLessThan(1_000);
      expect(channel.gone.aborted).toBe(true);
      await daemon.restart();
      await slot.insert(phone);
      await using again = aSession();
      const scan = await again.nextCard();
      expect(await scan.channel.transceive(selectTicket, soon())).toHaveLength(5);
    });

    test('fails the command in flight with card/gone when pcscd is killed', async () => {
      await using session = aSession();
      await slot.insert(phone, { silentAfterApdus: 1 });
      const { channel } = await session.nextCard();
      await channel.transceive(selectTicket, soon());
      const pending = channel.transceive(readTicket, soon());

      await Promise.all([daemon.kill(), expect(pending).rejects.toThrow(goneError)]);

      await expect(session.next()).rejects.toThrow(errorWith('reader/service-unreachable'));
    });

    test('says so at once when a killed pcscd has left its socket behind', async () => {
      await daemon.kill();

      await using session = aSession();

      await expect(session.next()).rejects.toThrow(errorWith('reader/service-unreachable'));
    });
  });
});

const modulePath = (file: string) => JSON.stringify(join(import.meta.dirname, file));
const readingScript = `
  const { createPcscCardReader } = await import(${modulePath('pcsc-card-reader.ts')});
  const { createSystemClock } = await import(${modulePath('../os/system-clock.ts')});
  const reader = createPcscCardReader({ clock: createSystemClock() });
  for await (const scan of reader.open(new AbortController().signal));
`;

function childPids(parent: number | undefined): number[] {
  const threads = readdirSync(`/proc/${parent}/task`);
  const children = threads.map((id) => readFileSync(`/proc/${parent}/task/${id}/children`, 'utf8'));
  return children.join(' ').split(' ').filter(Boolean).map(Number);
}

function hostPids(): number[] {
  const isHost = (pid: number) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('pcsc-host');
  return childPids(process.pid).filter(isHost);
}

/** A process that has ended and waits for its parent to notice does not run. */
function isRunning(pid: number | undefined): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    // No such process any more.
    return false;
  }
}
