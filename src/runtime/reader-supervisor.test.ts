import { expect, onTestFinished, test } from 'vitest';
import { ReaderError, type ReaderErrorCode } from '../../device/token-reader.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { superviseReader } from './reader-supervisor.ts';
import type { RuntimeEvent } from './runtime-event.ts';

type Session = readonly (string | Error)[];

const failing = (code: ReaderErrorCode) => new ReaderError(code, `it is ${code}`, 'look at it');

/** A supervised reader: each opening yields what its session says; after the last it stays silent. */
function aSupervised(sessions: Session[], handle = async (_found: string) => {}) {
  const clock = createSimClock();
  const openings: number[] = [];
  const found: string[] = [];
  const events: RuntimeEvent[] = [];
  const reader = {
    name: 'front',
    async *open(signal: AbortSignal) {
      openings.push(clock.monotonicNow());
      for (const thing of sessions.shift() ?? []) {
        if (thing instanceof Error) throw thing;
        if (thing === 'end') return;
        yield thing;
      }
      await clock.sleep(Number.POSITIVE_INFINITY, signal);
    },
  };
  const stop = new AbortController();
  const running = superviseReader(
    reader,
    {
      ...{ clock, random: { next: () => 1 }, report: (event) => void events.push(event) },
      async handle(thing) {
        found.push(thing);
        await handle(thing);
      },
    },
    stop.signal,
  );
  running.catch(() => {});
  onTestFinished(() => stop.abort());
  const codes = () => events.flatMap((event) => ('code' in event ? [event.code] : []));
  return { clock, openings, found, events, codes, stop, running };
}

test('opens a reader again that ended by itself, after a wait', async () => {
  const supervised = aSupervised([['first', 'end'], ['second']]);

  await supervised.clock.advance(10_000);

  expect(supervised.found).toEqual(['first', 'second']);
  expect(supervised.openings).toEqual([0, 500]);
  expect(supervised.codes()).toEqual(['reader/failed']);
});

test('looks for a missing driver every five minutes only', async () => {
  const missing = failing('reader/driver-missing');
  const supervised = aSupervised([[missing], [missing]]);

  await supervised.clock.advance(600_000);

  expect(supervised.openings).toEqual([0, 300_000, 600_000]);
});

test('hands on what the reader yields, in order', async () => {
  const { clock, found } = aSupervised([['first', 'second']]);

  await clock.advance(0);

  expect(found).toEqual(['first', 'second']);
});

test('opens the reader again after a failure, ever more slowly, every five seconds at last', async () => {
  const absent = Array.from({ length: 7 }, () => [failing('reader/not-found')]);
  const { clock, openings } = aSupervised([...absent, ['here']]);

  await clock.advance(60_000);

  const waits = openings.slice(1).map((at, index) => at - (openings[index] ?? 0));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
});

test('begins again with short waits once the reader has yielded something', async () => {
  const gone = failing('reader/unplugged');
  const { clock, openings } = aSupervised([[gone], [gone], ['scan', gone], ['scan']]);

  await clock.advance(60_000);

  expect(openings).toEqual([0, 500, 1_500, 2_000]);
});

test('reports each kind of failure once in a row, with its hint', async () => {
  const [missing, busy] = [failing('reader/not-found'), failing('reader/busy')];
  const { clock, codes, events } = aSupervised([[missing], [missing], [busy], [busy], [missing]]);

  await clock.advance(60_000);

  expect(codes()).toEqual(['reader/not-found', 'reader/busy', 'reader/not-found']);
  expect(events[0]).toEqual({
    ...{ event: 'reader-failed', reader: 'front', code: 'reader/not-found' },
    ...{ message: 'it is reader/not-found', hint: 'look at it' },
  });
});

test('reports the same failure again when the reader had come back in between', async () => {
  const gone = failing('reader/unplugged');
  const { clock, codes } = aSupervised([[gone], ['scan', gone], [gone]]);

  await clock.advance(60_000);

  expect(codes()).toEqual(['reader/unplugged', 'reader/unplugged']);
});

test('waits for one scan to be handled before it takes the next', async () => {
  let handling = 0;
  let handlingMax = 0;
  const { clock, found } = aSupervised([['first', 'second', 'third']], async () => {
    handling += 1;
    handlingMax = Math.max(handlingMax, handling);
    await clock.sleep(10);
    handling -= 1;
  });

  await clock.advance(100);

  expect(found).toHaveLength(3);
  expect(handlingMax).toBe(1);
});

test.each([
  ['what the handler threw', [['scan']], new Error('the ledger failed')],
  ['a bug of the reader', [[new TypeError('a bug')]], undefined],
])('ends with %s', async (_what, sessions, thrown) => {
  const { clock, running } = aSupervised(sessions, async () => {
    if (thrown !== undefined) throw thrown;
  });

  await clock.advance(0);

  await expect(running).rejects.toThrow(/the ledger failed|a bug/);
});

test.each([
  ['listens', []],
  ['waits to open the reader again', [[failing('reader/not-found')]]],
])('ends when it is stopped while it %s', async (_what, sessions) => {
  const { clock, running, stop } = aSupervised(sessions);
  await clock.advance(10);

  stop.abort();
  await running;

  expect(clock.sleepers).toBe(0);
});
