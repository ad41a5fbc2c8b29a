/** What every TokenReader of barcodes keeps to, run on the line in memory and on a real pty. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { ReaderError, type Scan, type TokenReader } from '../../device/token-reader.ts';

export interface QrReaderRig {
  /** Reads frames that end with `\r\n`, with an inter-byte timeout of 100 ms. */
  readonly reader: TokenReader;
  send(bytes: Uint8Array | string): Promise<void> | void;
  unplug(): Promise<void> | void;
  replug(): Promise<void> | void;
  /** Resolves while the reader holds the line open, or as soon as it does. */
  opened(): Promise<void>;
  /** Lets so much time pass; nothing to do where time passes by itself. */
  elapse(ms: number): Promise<void>;
  close(): Promise<void> | void;
}

type MakeRig = () => Promise<QrReaderRig> | QrReaderRig;

export function tokenReaderQrContract(name: string, makeRig: MakeRig): void {
  const setUp = async () => {
    const rig = await makeRig();
    onTestFinished(() => rig.close());
    return rig;
  };
  describe(`${name} as a TokenReader`, () => {
    scansOnTheLine(setUp);
    endsOfTheLine(setUp);
  });
}

function scansOnTheLine(setUp: () => Promise<QrReaderRig>): void {
  test('gives a code as the bytes that came before the terminator', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send('0002010102\r\n');
    const scan = await line.next();

    expect(scan).toMatchObject({ medium: 'qr', reader: rig.reader.name });
    expect(textOf(scan)).toBe('0002010102');
    expect(scan).not.toHaveProperty('symbology');
  });

  test('keeps leading and trailing spaces, which Base45 needs', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send('  6BF+70790T9WJWG.FKY*4 \r\n');

    expect(textOf(await line.next())).toBe('  6BF+70790T9WJWG.FKY*4 ');
  });

  test('gives every byte value as it is', async () => {
    const rig = await setUp();
    const line = await listen(rig);
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);

    await rig.send(Buffer.concat([bytes, Buffer.from('\r\n')]));

    expect(textOf(await line.next())).toBe(Buffer.from(bytes).toString('latin1'));
  });

  test('gives several codes of one chunk one by one, in order', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send('first\r\n\r\nsecond\r\nthird\r\n');

    expect(textOf(await line.next())).toBe('first');
    expect(textOf(await line.next())).toBe('second');
    expect(textOf(await line.next())).toBe('third');
  });

  test('takes a terminator that comes in two pieces', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send('split\r');
    await rig.send('\nnext\r\n');

    expect(textOf(await line.next())).toBe('split');
    expect(textOf(await line.next())).toBe('next');
  });

  test('moves a symbology identifier out of the bytes', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send(']Q1TICKET\r\n');
    const scan = await line.next();

    expect(scan).toMatchObject({ symbology: ']Q1' });
    expect(textOf(scan)).toBe('TICKET');
  });

  test('reads a code of 1,024 bytes and reports one of 1,025 as too long', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send(`${'A'.repeat(1_024)}\r\n${'B'.repeat(1_025)}\r\nnext\r\n`);

    expect(textOf(await line.next())).toBe('A'.repeat(1_024));
    expect(await line.next()).toMatchObject({ medium: 'unreadable', fault: 'frame-too-long' });
    expect(textOf(await line.next())).toBe('next');
  });

  test('reports a code that stops half-way and reads the next one', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send('half a co');
    await rig.elapse(100);
    const scan = await line.next();
    await rig.send('whole\r\n');

    expect(scan).toMatchObject({ medium: 'unreadable', fault: 'frame-incomplete' });
    expect(textOf(await line.next())).toBe('whole');
  });

  test('tells times that do not go back from scan to scan', async () => {
    const rig = await setUp();
    const line = await listen(rig);

    await rig.send('one\r\n');
    const first = await line.next();
    await rig.send('two\r\n');
    const second = await line.next();

    expect(second.lastByteAt).toBeGreaterThanOrEqual(first.lastByteAt);
  });
}

function endsOfTheLine(setUp: () => Promise<QrReaderRig>): void {
  test('throws when the line is unplugged while it listens', async () => {
    const rig = await setUp();
    const line = await listen(rig);
    const failure = failureOf(line.next());

    await rig.unplug();

    expect(await failure).toMatchObject({ code: 'reader/unplugged' });
    expect((await failure).hint).not.toBe('');
  });

  test('gives a code that came before the line was unplugged, and throws then', async () => {
    const rig = await setUp();
    const line = await listen(rig);
    await rig.send('last\r\n');
    const last = await line.next();
    await rig.unplug();

    expect(textOf(last)).toBe('last');
    expect(await failureOf(line.next())).toMatchObject({ code: 'reader/unplugged' });
  });

  test('says that there is no port when it opens an unplugged line', async () => {
    const rig = await setUp();
    await rig.unplug();

    expect(await failureOf(listen(rig))).toMatchObject({ code: 'reader/not-found' });
  });

  test('reads again when it is opened again after a replug', async () => {
    const rig = await setUp();
    const before = await listen(rig);
    const failure = failureOf(before.next());
    await rig.unplug();
    await failure;
    await rig.replug();

    const after = await listen(rig);
    await rig.send('back\r\n');

    expect(textOf(await after.next())).toBe('back');
  });

  test('says that the port is busy when it is open already', async () => {
    const rig = await setUp();
    await listen(rig);

    const second = rig.reader.open(new AbortController().signal)[Symbol.asyncIterator]();

    expect(await failureOf(second.next())).toMatchObject({ code: 'reader/busy' });
  });

  test('returns when the signal aborts, and frees the line', async () => {
    const rig = await setUp();
    const line = await listen(rig);
    const end = line.ended();

    line.abort();

    expect(await end).toBe(true);
    const again = await listen(rig);
    await rig.send('again\r\n');
    expect(textOf(await again.next())).toBe('again');
  });

  test('frees the line when the consumer leaves its loop', async () => {
    const rig = await setUp();
    const opened = rig.opened().then(() => rig.send('one\r\n'));
    for await (const _ of rig.reader.open(new AbortController().signal)) break;
    await opened;

    const again = await listen(rig);
    await rig.send('again\r\n');

    expect(textOf(await again.next())).toBe('again');
  });

  test('does not open the line for a signal that has aborted before', async () => {
    const rig = await setUp();
    await rig.unplug();

    const scans = rig.reader.open(AbortSignal.abort())[Symbol.asyncIterator]();

    expect(await scans.next()).toEqual({ done: true, value: undefined });
  });
}

/** Opens the reader and returns once the line is open; throws what the opening throws. */
async function listen(rig: QrReaderRig) {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const scans = rig.reader.open(abort.signal)[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<Scan>> | undefined = scans.next();
  pending.catch(() => undefined); // Whoever calls next() gets the failure.
  const isBusy = await Promise.race([pending.then(() => true), rig.opened().then(() => false)]);
  if (isBusy) throw new Error('the reader gave a scan before one was sent');
  const step = () => {
    const current = pending ?? scans.next();
    pending = undefined;
    return current;
  };

  return {
    async next(): Promise<Scan> {
      const { done, value } = await step();
      if (done === true) throw new Error('the reader returned while a scan was expected');
      return value;
    },
    async ended(): Promise<boolean> {
      return (await step()).done === true;
    },
    abort: () => abort.abort(),
  };
}

async function failureOf(promise: Promise<unknown>): Promise<ReaderError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ReaderError) return error;
    throw error;
  }
  throw new Error('a ReaderError was expected');
}

function textOf(scan: Scan): string {
  if (scan.medium !== 'qr') throw new Error(`a code was expected, not ${JSON.stringify(scan)}`);
  return Buffer.from(scan.bytes).toString('latin1');
}
